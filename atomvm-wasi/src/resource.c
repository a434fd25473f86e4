// Handles behind references. See resource.h.
#include "resource.h"

void handle_init(Handle *h, const ResourceType *type)
{
    h->resource.references = 1;
    h->resource.type = type;
    h->id = ref_fresh();
}

void handle_release(Handle *h)
{
    if (--h->resource.references == 0)
        h->resource.type->destroy(&h->resource);
}

term handle_term_at(term *words, Handle *h)
{
    memset(words, 0, HANDLE_TERM_WORDS * WORD_BYTES);
    words[0] = make_header(KIND_MAGIC, HANDLE_TERM_WORDS - 1);
    words[2] = (term) &h->resource;
    memcpy(words + 3, &h->id, sizeof h->id);
    return make_boxed(words);
}

term handle_term(Process *p, Handle *h)
{
    term *o = heap_alloc(p, HANDLE_TERM_WORDS), result = handle_term_at(o, h);
    h->resource.references++;
    o[1] = (term) p->off_heap;
    p->off_heap = o;
    return result;
}

Handle *handle_of(term t, const ResourceType *type)
{
    if (!is_kind(t, KIND_MAGIC))
        return NULL;
    Resource *resource = (Resource *) boxed_ptr(t)[2];
    return resource->type == type ? (Handle *) resource : NULL;
}
