#!/usr/bin/env perl
# Writes src/regex_unicode.inc: `perl atomvm-wasi/tools/unicode_tables.pl > atomvm-wasi/src/regex_unicode.inc`.
#
# The source is the Unicode Character Database as Perl carries it (Unicode::UCD): General_Category, Script,
# Simple_Case_Folding and Grapheme_Cluster_Break with Extended_Pictographic.
use strict;
use warnings;
use Unicode::UCD qw(prop_invmap prop_value_aliases);

my $LAST = 0x10FFFF;
my @CATEGORIES = qw(Cc Cf Cn Co Cs Ll Lm Lo Lt Lu Mc Me Mn Nd Nl No Pc Pd Pe Pf Pi Po Ps Sc Sk Sm So Zl Zp Zs);
my %BREAKS = (
    XX => 0, CR => 1, LF => 2, CN => 3, EX => 4, ZWJ => 5, RI => 6, PP => 7, SM => 8, L => 9, V => 10, T => 11,
    LV => 12, LVT => 13,
);
my $PICTOGRAPHIC = 14;

# A number for each value of a property by the value's short name.
sub by_short_name {
    my ($property, %numbers) = @_;
    return sub { $numbers{ (prop_value_aliases($property, $_[0]))[0] } // die "$property has an unknown value $_[0]\n" };
}

# Starts of ranges, each with the value up to the next start; neighbours of one value are joined.
sub ranges {
    my ($property, $number) = @_;
    my ($starts, $values) = prop_invmap($property);
    my @made;
    for my $i (0 .. $#$starts) {
        next if $starts->[$i] > $LAST;
        my $value = $number->($values->[$i]);
        push @made, [$starts->[$i], $value] unless @made && $made[-1][1] == $value;
    }
    return @made;
}

# start << bits | value, several to a line.
sub print_words {
    my ($name, $bits, @ranges) = @_;
    my @words = map { sprintf '0x%X', $_->[0] << $bits | $_->[1] } @ranges;
    print "static const uint32_t $name\[] = {\n";
    while (my @line = splice @words, 0, 12) { print '    ', join(', ', @line), ",\n" }
    print "};\n\n";
}

sub categories {
    my %number = map { $CATEGORIES[$_] => $_ } 0 .. $#CATEGORIES;
    print_words('category_ranges', 8, ranges('General_Category', by_short_name('gc', %number)));
}

sub scripts {
    my (%number, @names);
    ($number{Unknown}, @names) = (0, 'Unknown');
    my @ranges = ranges('Script', sub {
        $number{ $_[0] } //= do { push @names, $_[0]; $#names };
    });
    print_words('script_ranges', 8, @ranges);
    my @sorted = sort { $names[$a] cmp $names[$b] } 0 .. $#names;
    print "static const struct {\n    const char *name;\n    uint32_t script;\n} script_names[] = {\n";
    print "    { \"$names[$_]\", $_ },\n" for @sorted;
    print "};\n\n";
}

# Groups that fold alike become rings; runs of code points with one distance to the next of their ring are joined.
sub cases {
    my ($starts, $values, $format) = prop_invmap('Simple_Case_Folding');
    my %rings;
    for my $i (0 .. $#$starts) {
        my $fold = $values->[$i] or next;
        my $end = $i < $#$starts ? $starts->[ $i + 1 ] - 1 : $LAST;
        for my $code ($starts->[$i] .. $end) { push @{ $rings{ $fold + $code - $starts->[$i] } }, $code }
    }
    my %next;
    for my $fold (keys %rings) {
        my @ring = sort { $a <=> $b } $fold, @{ $rings{$fold} };
        $next{ $ring[$_] } = $ring[ ($_ + 1) % @ring ] for 0 .. $#ring;
    }
    my (@runs, %open);
    for my $code (sort { $a <=> $b } keys %next) {
        my $distance = $next{$code} - $code;
        my $last = $runs[-1];
        if (@runs && $last->{distance} == $distance && ($last->{step} // $code - $last->{end}) == $code - $last->{end}
            && $code - $last->{end} <= 2) {
            $last->{step} = $code - $last->{end};
            $last->{end} = $code;
        }
        else { push @runs, { start => $code, end => $code, distance => $distance } }
    }
    # Alternating pairs (+1, -1, +1 ..) would be a run each: they become one run of step 0.
    my @joined;
    for my $run (@runs) {
        my $last = $joined[-1];
        my $alone = $run->{start} == $run->{end} && abs($run->{distance}) == 1;
        if ($alone && $last && $last->{pairs} && $run->{start} == $last->{end} + 1
            && $run->{distance} == -$last->{direction}) {
            ($last->{end}, $last->{direction}) = ($run->{start}, $run->{distance});
        }
        elsif ($alone && $run->{distance} == 1) {
            push @joined, { %$run, pairs => 1, direction => 1 };
        }
        else { push @joined, $run }
    }
    print "// step 0: pairs, the first of which is the start\n";
    print "static const struct {\n    uint32_t start, end : 24, step : 8;\n    int32_t distance;\n} case_runs[] = {\n";
    for my $run (@joined) {
        my $step = $run->{pairs} ? 0 : $run->{step} // 1;
        printf "    { 0x%X, 0x%X, %d, %d },\n", $run->{start}, $run->{end}, $step, $run->{distance};
    }
    print "};\n\n";
}

# Perl has Extended_Pictographic as a value of this property, by a name of its own.
sub breaks {
    my $number = by_short_name('GCB', %BREAKS);
    print_words('break_ranges', 8, ranges('Grapheme_Cluster_Break', sub {
        $_[0] =~ /^ExtPict/ ? $PICTOGRAPHIC : $number->($_[0]);
    }));
}

print "// Made by tools/unicode_tables.pl from Unicode ", Unicode::UCD::UnicodeVersion(), ". Words: start << 8 | value.\n\n";
categories();
scripts();
cases();
breaks();
