%% xmerl: documents, paths and events.
-module(std_xml).
-export([start/0]).

start() ->
    documents(),
    paths(),
    events(),
    bad().

text() ->
    "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<!-- first -->\n"
    "<shop xmlns:x=\"urn:x\" open='yes'><book id=\"1\"><title>A &amp; B &#233;</title><x:price>10</x:price></book>"
    "<book id=\"2\"><title><![CDATA[<raw>]]></title></book><empty/></shop>".

%% Elements as {Name, Attributes, Content}.
simple(Element) when element(1, Element) =:= xmlElement ->
    {element(2, Element), [{element(2, A), element(9, A)} || A <- element(8, Element)], [simple(Each) || Each <- element(9, Element)]};
simple(Text) when element(1, Text) =:= xmlText -> element(5, Text);
simple(Other) -> element(1, Other).

documents() ->
    {Document, Rest} = xmerl_scan:string(text()),
    show({simple(Document), Rest}),
    {Spaced, _} = xmerl_scan:string("<a> <b/>  x </a>", [{space, normalize}]),
    show(simple(Spaced)),
    {Named, _} = xmerl_scan:string("<y:a xmlns:y='urn:y'/>", [{namespace_conformant, true}]),
    show({element(2, Named), element(3, Named), element(4, Named)}),
    show(xmerl_lib:export_text("<&>\"")).

paths() ->
    {Document, _} = xmerl_scan:string(text()),
    [show({Path, [path(Each) || Each <- as_list(xmerl_xpath:string(Path, Document))]})
     || Path <- ["//title/text()", "/shop/book[@id='2']/title/text()", "//book/@id", "//book[1]/title", "//none", "count(//book)",
                 "string(//book[last()]/@id)"]].

as_list(List) when is_list(List) -> List;
as_list(Other) -> [Other].

path(Attribute) when element(1, Attribute) =:= xmlAttribute -> {element(2, Attribute), element(9, Attribute)};
path(Object) when element(1, Object) =:= xmlObj -> {element(2, Object), element(3, Object)};
path(Other) -> simple(Other).

events() ->
    Collect = fun(Event, _, Events) -> [Event | Events] end,
    {ok, Events, Rest} = xmerl_sax_parser:stream(unicode:characters_to_binary(text()), [{event_fun, Collect}, {event_state, []}]),
    [show(Event) || Event <- lists:reverse(Events)],
    show(Rest).

bad() ->
    [show(try simple(element(1, xmerl_scan:string(Text, [{quiet, true}]))) catch exit:{fatal, {Reason, _, _, _}} -> {fatal, Reason} end)
     || Text <- ["<a><b></a>", "<a", "text", "<a>&nope;</a>"]],
    Count = fun(_, _, N) -> N + 1 end,
    [show(element(1, xmerl_sax_parser:stream(Text, [{event_fun, Count}, {event_state, 0}]))) || Text <- [<<"<a><b></a>">>, <<"<a">>]].

show(What) -> io:format("~0tp~n", [What]).
