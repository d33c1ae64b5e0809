/* host_test.c: what limn does for a plugin's values, tensors and errors when they are not as they should be. */
#include <limits.h>

#include "core/data/foreign.h"
#include "core/data/host.h"
#include "core/graph/key.h"
#include "tests/test.h"

static const lm_run_env env = { .jobs = 1 };

static lm_call new_call(void)
{
    return (lm_call){ .call.host = &lm_host, .env = &env, .node = "7", .node_class = "Test" };
}

/* ------------------------------------------------------------------ objects */

static int freed;

static void let_go(void *object)
{
    freed += *(int *)object;
}

static uint64_t hash(const void *object)
{
    return (uint64_t)*(const int *)object;
}

/* As it was before `bytes`, `hash` and `preview` joined. What comes after it is no pointer. */
static const struct old_kind {
    size_t      size;
    const char *name;
    void      (*free)(void *);
    uintptr_t   other[3];
} old_kind = { offsetof(struct old_kind, other), "test.old", let_go, { 1, 2, 3 } };

static const limn_object_kind hashed = { .size = sizeof hashed, .name = "test.hashed", .free = let_go, .hash = hash };
static const limn_object_kind unsized = { .size = 0, .name = "test.unsized", .free = let_go };

static limn_value *with_object(int *object, const limn_object_kind *kind)
{
    limn_value *v = lm_host.value("THING");

    lm_host.set_object(v, "it", object, kind);
    return v;
}

TEST(a_kind_of_an_older_size_is_read_as_far_as_it_goes)
{
    const limn_object_kind *kind = (const limn_object_kind *)&old_kind;
    int                     one = 1;
    limn_value             *v = with_object(&one, kind);
    lm_field                f = lm_value_field(v, 0);

    WANT(lm_host.get_object(v, "it", kind) == &one);
    WANT(!lm_host.get_object(v, "it", &hashed) && !lm_host.get_object(v, "other", kind));
    WANT(f.object == &one && !f.object_kind->bytes && !f.object_kind->hash && !f.object_kind->preview);
    WANT(lm_value_bytes(v) > 0);
    freed = 0;
    lm_host.release(v);
    WANT(freed == 1);
}

TEST(a_kind_without_a_size_is_left_out)
{
    int         one = 1;
    limn_value *v = with_object(&one, &unsized);

    WANT(lm_host.field_count(v) == 0 && !lm_host.get_object(v, "it", &unsized));
    lm_host.release(v);
}

static bool key_of(int *object, const limn_object_kind *kind, lm_hash *key)
{
    limn_value *v = with_object(object, kind);
    bool        known;

    lm_host.set_text(v, "word", "hello");
    lm_host.set_number(v, "share", 0.5);
    *key = lm_hash_start();
    known = lm_key_value(v, key);
    lm_host.release(v);
    return known;
}

TEST(equal_objects_have_equal_keys_when_their_kind_has_a_hash)
{
    int     two = 2, too = 2, three = 3;
    lm_hash a, b, c;

    WANT(key_of(&two, &hashed, &a) && key_of(&too, &hashed, &b) && key_of(&three, &hashed, &c));
    WANT(lm_hash_same(a, b) && !lm_hash_same(a, c));
    WANT(!key_of(&two, (const limn_object_kind *)&old_kind, &a));
}

/* ------------------------------------------------------------------ tensors */

TEST(a_tensor_that_cannot_be_is_refused)
{
    static const limn_shape shapes[] = {
        { 2, { -1, 3 } }, { 9, { 1 } }, { -1, { 1 } }, { 3, { INT_MAX, INT_MAX, INT_MAX } },
        { 4, { INT64_MAX, INT64_MAX, 2, 2 } }
    };
    lm_call call = new_call();

    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        limn_value *v = NULL;
        limn_tensor t;
        limn_error  err = { 0 };

        WANT(!lm_host.make(&call.call, &v, "IMAGE", "pixels", shapes[i], &t, &err));
        WANT(!v && err.code == LIMN_INPUT);
    }
}

TEST(numbers_are_zero_at_first_and_read_back_as_they_were_written)
{
    lm_call     call = new_call();
    limn_value *v = NULL, *other;
    limn_tensor made, seen;
    limn_error  err = { 0 };

    WANT(lm_host.make(&call.call, &v, "THING", "a", (limn_shape){ 2, { 2, 3 } }, &made, &err));
    WANT(made.count == 6 && made.shape.rank == 2 && made.f32[5] == 0.0f);
    made.f32[5] = 7.5f;
    WANT(lm_host.make(&call.call, &v, "IGNORED", "b", (limn_shape){ 1, { 4 } }, &made, &err));
    WANT(lm_host.read(&call.call, v, "a", &seen, &err) && seen.f32[5] == 7.5f && seen.shape.dim[1] == 3);
    WANT_TEXT(lm_host.type_of(v), "THING");

    other = lm_host.keep(v); /* somebody else has it now: it does not change any more */
    WANT(!lm_host.make(&call.call, &v, "THING", "c", (limn_shape){ 1, { 4 } }, &made, &err));
    WANT(strstr(err.text, "others hold") && lm_host.field_count(v) == 2);
    err = (limn_error){ 0 };
    WANT(!lm_host.read(&call.call, v, "none", &seen, &err) && strstr(err.text, "THING has no numbers \"none\""));
    lm_host.release(other);
    lm_host.release(v);
    lm_call_done(&call);
}

/* ------------------------------------------------------------------ whose fault */

static const lm_origin origin = { .plugin = "org.example.test", .version = "1", .file = "test.so" };

TEST(what_a_plugin_says_is_made_presentable)
{
    lm_call    call = new_call();
    limn_error err = { 0 };
    lm_foreign f;

    WANT(lm_foreign_enter(&f, &origin, &call.call, "run", &err) && lm_foreign_now() == &f);
    WANT_TEXT(lm_foreign_now()->node, "7");
    WANT(!lm_foreign_leave(&f, false, &err) && !lm_foreign_now());
    WANT_TEXT(err.text, "the plugin org.example.test failed in run without saying why");

    memset(&err, 'x', sizeof err);
    err.text[1] = '\033';
    WANT(lm_foreign_enter(&f, &origin, &call.call, "run", &err) && !lm_foreign_leave(&f, false, &err));
    WANT(err.code == LIMN_INPUT && strlen(err.text) == sizeof err.text - 1 && err.text[1] == ' ');
    WANT(strlen(err.node) == sizeof err.node - 1 && strlen(err.input) == sizeof err.input - 1);
}

TEST(our_own_code_on_the_way_is_not_the_plugins)
{
    lm_foreign        f, inner;
    const lm_foreign *paused;

    WANT(lm_foreign_enter(&f, &origin, NULL, "its sampler's walk", NULL));
    paused = lm_foreign_pause();
    WANT(paused == &f && !lm_foreign_now());
    WANT(lm_foreign_enter(&inner, &origin, NULL, "run", NULL) && lm_foreign_now() == &inner);
    WANT(lm_foreign_leave(&inner, true, NULL) && !lm_foreign_now());
    lm_foreign_resume(paused);
    WANT(lm_foreign_now() == &f && lm_foreign_leave(&f, true, NULL) && !lm_foreign_now());
}

TEST(choices_know_who_brought_them)
{
    static const char name[] = "brought", built_in[] = "brought";
    const lm_hash     before = lm_origin_choices();

    lm_origin_add_choice(name, &origin);
    WANT(lm_origin_of_choice(name) == &origin && !lm_origin_of_choice(built_in));
    WANT(!lm_hash_same(before, lm_origin_choices()));
}

TEST_MAIN
