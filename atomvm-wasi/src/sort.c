// Sorting words in place; libc's qsort calls for every comparison, and is five times as long.
#include "vm.h"

static void swap(Word *a, Word *b, size_t width)
{
    for (size_t i = 0; i < width; i++) {
        Word kept = a[i];
        a[i] = b[i];
        b[i] = kept;
    }
}

// Puts the item at `root` where it belongs among the heap of the first `count` items, whose other items are in order.
static void sift_down(Word *items, size_t root, size_t count, size_t width)
{
    for (size_t child; (child = 2 * root + 1) < count; root = child) {
        if (child + 1 < count && items[child * width] < items[(child + 1) * width]) child++;
        if (items[root * width] >= items[child * width]) return;
        swap(items + root * width, items + child * width, width);
    }
}

// Heapsort: J. W. J. Williams (1964).
void sort_words(Word *items, size_t count, size_t width)
{
    for (size_t i = count / 2; i-- > 0;) sift_down(items, i, count, width);
    for (size_t end = count; end-- > 1;) {
        swap(items, items + end * width, width);
        sift_down(items, 0, end, width);
    }
}
