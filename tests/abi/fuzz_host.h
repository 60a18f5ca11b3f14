/* One thread of fuzz.c: what is open, and what it puts into handles and data. */

/* Objects that are open, the engine of each, and handles that were freed: by the kind in the top byte of a handle. */
struct pool { uint64_t handle[LIVE], engine[LIVE]; int count; uint64_t freed[64]; unsigned frees; };
static struct pool shared[KINDS];
static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static int alone = 1;
static uint32_t open_now, open_most, highest_slot;

/* One thread of the fuzz: the handle of a call, stream or hold belongs to one thread at a time. */
struct host { uint64_t random; struct pool calls, streams, holds; uint8_t *room[4]; int decent; long violations, made; char said[256]; };
static struct host hosts[THREADS];
static long calls_each;

static uint32_t next(struct host *h, uint32_t below)
{
    h->random ^= h->random << 13, h->random ^= h->random >> 7, h->random ^= h->random << 17;
    return (uint32_t)(h->random >> 32) % below;
}

static struct pool *pool_of(struct host *h, int kind) { return kind == 5 ? &h->calls : kind == 7 ? &h->streams : kind == 8 ? &h->holds : &shared[kind]; }

static void opened(struct host *h, uint64_t handle, uint64_t engine)
{
    pthread_mutex_lock(&gate);
    struct pool *p = pool_of(h, (int)(handle >> 56));
    p->handle[p->count] = handle, p->engine[p->count++] = engine;
    open_most = ++open_now > open_most ? open_now : open_most;
    highest_slot = (uint32_t)handle > highest_slot ? (uint32_t)handle : highest_slot;
    pthread_mutex_unlock(&gate);
}

static void gone(struct host *h, uint64_t handle)
{
    pthread_mutex_lock(&gate);
    struct pool *p = pool_of(h, (int)(handle >> 56));
    for (int i = 0; i < p->count; i++)
        if (p->handle[i] == handle) {
            p->freed[p->frees++ % 64] = handle;
            p->count--, open_now--;
            p->handle[i] = p->handle[p->count], p->engine[i] = p->engine[p->count];
        }
    pthread_mutex_unlock(&gate);
}

/* The engine of a handle that is open, 0 of one that is not; an engine is its own. */
static uint64_t engine_of(struct host *h, uint64_t handle)
{
    uint64_t engine = 0;
    if (handle >> 56 == 0 || handle >> 56 >= KINDS)
        return 0;
    pthread_mutex_lock(&gate);
    struct pool *p = pool_of(h, (int)(handle >> 56));
    for (int i = 0; i < p->count; i++)
        if (p->handle[i] == handle)
            engine = handle >> 56 == 1 ? handle : p->engine[i];
    pthread_mutex_unlock(&gate);
    return engine;
}

static uint64_t pick(struct host *h, int kind, int freed)
{
    pthread_mutex_lock(&gate);
    struct pool *p = pool_of(h, kind);
    uint64_t handle = freed ? (p->frees ? p->freed[next(h, p->frees < 64 ? p->frees : 64)] : 0) : p->count ? p->handle[next(h, (uint32_t)p->count)] : 0;
    pthread_mutex_unlock(&gate);
    return handle;
}

static uint64_t some_handle(struct host *h, int kind)
{
    uint32_t how = next(h, 16);
    uint64_t good = pick(h, kind, 0);
    if (how < 11 || h->decent)
        return good;
    if (how == 11)
        return 0;
    if (how == 12)
        return pick(h, kind, 1);
    if (how == 13)
        return pick(h, 1 + (int)next(h, KINDS - 1), 0);
    uint64_t odd = how == 14 ? good ^ 1ull << (alone ? next(h, 64) : 40 + next(h, 24)) : (uint64_t)next(h, UINT32_MAX) << 32 | next(h, UINT32_MAX);
    /* Other threads' calls, streams and holds are theirs, also when a slip would meet one. */
    return !alone && (odd >> 56 == 5 || odd >> 56 == 7 || odd >> 56 == 8) && odd != good ? 0 : odd;
}

/* An object of the same engine, or none where none is needed. */
static uint64_t sibling(struct host *h, int kind, uint64_t engine)
{
    uint64_t handle = pick(h, kind, 0);
    return kind == 1 ? engine : next(h, 4) == 0 && engine_of(h, handle) == engine ? handle : 0;
}

/* Puts a {pointer, length} into two arguments; 1 when it must be refused. */
static int some_data(struct host *h, const char *export, const char *name, int at, union argument *pointer, union argument *length)
{
    static const size_t refused[] = {(size_t)INT32_MAX + 1, SIZE_MAX, (size_t)1 << 40, (size_t)UINT32_MAX};
    static const size_t any[] = {1, 2, INT32_MAX, (size_t)INT32_MAX + 1, SIZE_MAX};
    uint8_t *end = h->room[at] + ROOM;
    uint32_t how = h->decent ? 20 + next(h, 4) : next(h, 24);
    pointer->p = how & 1 ? end : NULL, length->u = 0;
    if (how < 2)
        return 0;
    if (how == 2)
        return pointer->p = NULL, length->u = any[next(h, 5)], 1;
    if (how == 3)
        return pointer->p = end - 1, length->u = refused[next(h, 4)], 1;
    const char *text = value_of(export, name, h->decent && next(h, 4) ? 0 : next(h, UINT32_MAX));
    size_t size = strlen(text);
    memcpy(end - size, text, size);
    if (how == 4)
        size = size ? 1 : 0;
    for (uint32_t changes = how < 9 ? 1 + next(h, 4) : 0; changes && size; changes--) {
        uint8_t *spot = end - 1 - next(h, (uint32_t)size);
        *spot = next(h, 2) ? (uint8_t)next(h, 256) : (uint8_t) "\"{}[],:\\0\xff\n"[next(h, 11)];
    }
    if (how == 9) /* cut */
        size -= next(h, (uint32_t)size + 1);
    pointer->p = end - size, length->u = size;
    return 0;
}
