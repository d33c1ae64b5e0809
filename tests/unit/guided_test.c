/* guided_test.c: prompts, weights and whole sampler nodes around a network that plain arithmetic repeats.
 *
 * The network stands in for nodes/models/unet.c. What it answers in a cell follows from that cell alone:
 *     eps = 0.5 x + 0.1 (c + 1) m + 1e-4 t,   m the mean of the prompt's tokens, t the timestep
 * so that the right answer of any mixture of prompts can be written down cell by cell. */
#include "core/base/alloc.h"
#include "kernels/ops.h"
#include "nodes/diffusion/noise.h"
#include "nodes/diffusion/preview.h"
#include "nodes/guided.h"
#include "nodes/models/unet.h"
#include "tests/guard.h"
#include "tests/unit/call_for_tests.h"
#include "tests/unit/node_for_tests.h"

extern const limn_node *const lm_nodes_sampling[];

/* ------------------------------------------------------------------ the network */

struct lm_unet {
    int     begun, looks;
    int64_t most_images; /* in one look */
    bool    breaks;      /* answers NaN from its third look on */
};

struct lm_unet_run {
    lm_unet         *net;
    const lm_tensor *context;
};

static lm_unet net;

int64_t lm_unet_in_channels(const lm_unet *u)
{
    (void)u;
    return 4;
}

int64_t lm_unet_context_width(const lm_unet *u)
{
    (void)u;
    return 3;
}

lm_unet_run *lm_unet_begin(lm_pass *p, const lm_unet *u, const lm_tensor *context)
{
    lm_unet_run *r = lm_scope_bytes(p, sizeof *r);

    net.begun++;
    if (r)
        *r = (lm_unet_run){ (lm_unet *)u, context };
    return r;
}

void lm_unet_times(lm_pass *p, lm_unet_run *r, const double *timesteps, int n)
{
    WANT(p && r && n > 0 && timesteps[0] >= timesteps[n - 1]);
}

static float mean_of(const float *at, int64_t n)
{
    double sum = 0.0;

    for (int64_t i = 0; i < n; i++)
        sum += (double)at[i];
    return (float)(sum / (double)n);
}

static float answer_of(float x, int64_t channel, float mean, double timestep)
{
    return 0.5f * x + 0.1f * (float)(channel + 1) * mean + 1e-4f * (float)timestep;
}

lm_tensor *lm_unet_eval(lm_pass *p, lm_unet_run *r, const lm_tensor *x, double timestep)
{
    const float  *in = lm_host_view(p, x), *context = lm_host_view(p, r->context);
    const int64_t n = lm_count(x), images = lm_dim(x, 0), given = lm_dim(r->context, 0);
    const int64_t tokens = lm_count(r->context) / given;
    float        *out = lm_host_floats(p, n);

    r->net->looks++;
    r->net->most_images = images > r->net->most_images ? images : r->net->most_images;
    WANT(given == 1 || given == images);
    for (int64_t i = 0; in && context && out && i < n; i++) {
        const int64_t image = given > 1 ? i / (n / images) : 0;

        out[i] = answer_of(in[i], i % 4, mean_of(context + image * tokens, tokens), timestep);
        if (r->net->breaks && r->net->looks > 2)
            out[i] = NAN;
    }
    return lm_from_host(p, lm_shape_of(x), out);
}

static void free_model(void *object)
{
    lm_free(object);
}

const lm_object_kind lm_model_kind = { .name = "MODEL", .free = free_model };

/* ------------------------------------------------------------------ values */

static lm_model *model_new(void)
{
    lm_model *m = lm_alloc(sizeof *m);

    call_on(guard_device());
    net = (lm_unet){ 0 };
    m->net = &net;
    m->latent_scale = 0.18215;
    m->latent_channels = 4;
    m->latent_rgb = lm_latent_rgb_sd1;
    lm_levels_scaled_linear(0.00085, 0.012, LM_N_SIGMAS, m->sigmas, m->log_sigmas);
    return m;
}

static void set_floats(limn_value *v, const char *name, lm_shape s, const float *at)
{
    limn_error err = { 0 };

    lm_value_set_tensor(v, name, lm_tensor_from(test_env.device, LM_F32, s, at, &err));
}

/* An entry whose tokens, [1, length, 3], are all `mean`. */
static limn_value *entry(float mean, int64_t length)
{
    limn_value *v = lm_value_new("COND");
    float       at[3 * 400];

    for (int64_t i = 0; i < 3 * length; i++)
        at[i] = mean;
    set_floats(v, "tokens", LM_SHAPE(1, length, 3), at);
    return v;
}

static limn_value *with_area(limn_value *e, int h, int w, int y, int x, double strength)
{
    lm_value_set_int(e, "area_h", h);
    lm_value_set_int(e, "area_w", w);
    lm_value_set_int(e, "area_y", y);
    lm_value_set_int(e, "area_x", x);
    lm_value_set_number(e, "strength", strength);
    return e;
}

static limn_value *with_times(limn_value *e, double start, double end)
{
    lm_value_set_number(e, "start_percent", start);
    lm_value_set_number(e, "end_percent", end);
    return e;
}

static limn_value *list_of(limn_value *a, limn_value *b)
{
    limn_value *v = lm_value_new("CONDITIONING");

    if (a)
        lm_value_push(v, a);
    if (b)
        lm_value_push(v, b);
    return v;
}

/* ------------------------------------------------------------------ one look, and what it should give */

enum { N = 2, H = 12, W = 16, C = 4, CELLS = H * W, ALL = N * H * W * C };
static const double sigma = 3.3;

static float x_at(int i)
{
    return sinf((float)i * 0.7f) * 3.0f;
}

/* Asks the guided model once, at x_at and sigma, and reads the answer to `got`. */
static bool ask(const lm_model *m, limn_value *positive, limn_value *negative, double cfg, float got[ALL],
                limn_error *err)
{
    const lm_shape s = LM_SHAPE(N, H, W, C);
    lm_pass       *p = lm_pass_begin(call_on(guard_device()));
    float         *at = lm_host_floats(p, ALL);
    lm_guided     *g;
    lm_tensor     *x0;

    for (int i = 0; i < ALL; i++)
        at[i] = x_at(i);
    g = lm_guided_begin(p, m, positive, negative, cfg, s, &(lm_sigmas){ 1, (float[]){ 3.3f, 0.0f } });
    x0 = g ? lm_guided_denoise(p, g, lm_from_host(p, s, at), sigma) : NULL;
    if (x0)
        memcpy(got, lm_host_view(p, x0), ALL * sizeof *got);
    lm_value_unref(positive);
    lm_value_unref(negative);
    return lm_pass_end(p, err);
}

/* x0 in cell element i for a prompt of this mean. */
static double x0_at(const lm_model *m, int i, double mean)
{
    const lm_levels l = lm_model_levels(m);
    const double    x = (double)x_at(i), seen = x / sqrt(sigma * sigma + 1.0);
    const double    t = lm_levels_place(&l, (float)sigma);
    const double    answer = (double)answer_of((float)seen, i % C, (float)mean, t);

    if (m->prediction == LM_PREDICTS_V)
        return x / (sigma * sigma + 1.0) - answer * sigma / sqrt(sigma * sigma + 1.0);
    return x - sigma * answer;
}

/* What the prompts of one side say about element i: pairs of mean and weight. */
static double mixed(const lm_model *m, int i, int n, const double *means, const double *weights)
{
    double sum = 0.0, total = 1e-37;

    for (int k = 0; k < n; k++) {
        sum += x0_at(m, i, means[k]) * weights[k];
        total += weights[k];
    }
    return sum / total;
}

static bool near(double got, double want)
{
    return fabs(got - want) <= 2e-5 * (1.0 + fabs(want));
}

static bool all_near(const float got[ALL], const double want[ALL])
{
    bool same = true;

    for (int i = 0; same && i < ALL; i++)
        if (!(same = near((double)got[i], want[i])))
            printf("element %d: %g, wanted %g\n", i, (double)got[i], want[i]);
    return same;
}

/* ------------------------------------------------------------------ two plain prompts */

TEST(two_prompts_are_asked_in_one_look_and_pulled_apart)
{
    lm_model  *m = model_new();
    float      got[ALL];
    double     want[ALL];
    limn_error err = { 0 };

    for (int v = 0; v < 2; v++) {
        m->prediction = v ? LM_PREDICTS_V : LM_PREDICTS_EPS;
        net = (lm_unet){ 0 };
        WANT(ask(m, list_of(entry(1.0f, 77), NULL), list_of(entry(-0.5f, 77), NULL), 7.5, got, &err));
        for (int i = 0; i < ALL; i++)
            want[i] = x0_at(m, i, -0.5) + (x0_at(m, i, 1.0) - x0_at(m, i, -0.5)) * 7.5;
        WANT(all_near(got, want));
        WANT(net.looks == 1 && net.most_images == 2 * N);
    }
    free_model(m);
}

TEST(guidance_of_one_leaves_the_negative_side_out)
{
    lm_model  *m = model_new();
    float      got[ALL];
    double     want[ALL];
    limn_error err = { 0 };

    WANT(ask(m, list_of(entry(1.0f, 77), NULL), list_of(entry(-0.5f, 77), NULL), 1.0 + 1e-12, got, &err));
    for (int i = 0; i < ALL; i++)
        want[i] = x0_at(m, i, 1.0);
    WANT(all_near(got, want));
    WANT(net.looks == 1 && net.most_images == N && net.begun == 1);
    free_model(m);
}

TEST(prompts_of_other_lengths_share_a_look_up_to_four_times)
{
    static const struct { int64_t length; int looks; } cases[] = { { 154, 1 }, { 308, 1 }, { 385, 2 } };
    lm_model  *m = model_new();
    float      got[ALL];
    double     want[ALL];
    limn_error err = { 0 };

    for (int i = 0; i < ALL; i++)
        want[i] = x0_at(m, i, -0.5) + (x0_at(m, i, 1.0) - x0_at(m, i, -0.5)) * 2.0;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        net = (lm_unet){ 0 };
        WANT(ask(m, list_of(entry(1.0f, cases[k].length), NULL), list_of(entry(-0.5f, 77), NULL), 2.0, got,
                 &err));
        WANT(all_near(got, want));
        WANT(net.looks == cases[k].looks);
    }
    free_model(m);
}

TEST(no_prompt_at_all_predicts_nothing)
{
    lm_model  *m = model_new();
    float      got[ALL];
    limn_error err = { 0 };

    WANT(ask(m, list_of(NULL, NULL), list_of(NULL, NULL), 7.0, got, &err));
    for (int i = 0; i < ALL; i++)
        WANT(got[i] == 0.0f);
    free_model(m);
}

/* ------------------------------------------------------------------ areas and masks */

/* The fade of an area 8 high and 6 wide that begins at row 2, column 10 of 12 x 16: its right edge is the
 * latent's own; over 8 / 4 = 2 rows and 6 / 4 = 1 column. */
static double area_weight(int i)
{
    static const double rows[8] = { 0.5, 1, 1, 1, 1, 1, 1, 0.5 };
    const int           y = i / C / W % H - 2, x = i / C % W - 10;

    return y < 0 || y >= 8 || x < 0 ? 0.0 : rows[y];
}

TEST(areas_add_up_by_their_weights_and_fade_into_each_other)
{
    lm_model  *m = model_new();
    float      got[ALL];
    double     want[ALL];
    limn_error err = { 0 };

    WANT(ask(m, list_of(with_area(entry(1.0f, 77), 8, 99, 2, 10, 0.8), entry(0.25f, 77)),
             list_of(entry(-0.5f, 77), NULL), 3.0, got, &err));
    for (int i = 0; i < ALL; i++) {
        const double up = mixed(m, i, 2, (double[]){ 1.0, 0.25 }, (double[]){ 0.8 * area_weight(i), 1.0 });

        want[i] = x0_at(m, i, -0.5) + (up - x0_at(m, i, -0.5)) * 3.0;
    }
    WANT(all_near(got, want));
    WANT(net.looks == 2); /* both wholes together, the area and its copy together */
    free_model(m);
}

/* An area alone gets its like on the other side, from the smallest prompt around it, not from the first. */
TEST(an_area_gets_its_like_from_the_smallest_prompt_around_it)
{
    lm_model  *m = model_new();
    float      got[ALL];
    double     want[ALL];
    limn_error err = { 0 };

    WANT(ask(m, list_of(with_area(entry(1.0f, 77), 8, 6, 2, 10, 1.0), NULL),
             list_of(entry(-0.5f, 77), with_area(entry(2.0f, 77), 12, 8, 0, 8, 1.0)), 3.0, got, &err));
    for (int i = 0; i < ALL; i++) {
        const double w = area_weight(i);
        const int    x = i / C % W - 8;                                    /* the larger one fades over 2 */
        const double large = x < 0 ? 0.0 : x == 0 ? 0.5 : 1.0;
        /* On the positive side the larger area's like has the tokens of what lies around it: nothing does,
         * so there is none. */
        const double up = mixed(m, i, 1, (double[]){ 1.0 }, (double[]){ w });
        const double down = mixed(m, i, 3, (double[]){ -0.5, 2.0, 2.0 }, (double[]){ 1.0, large, w });

        want[i] = down + (up - down) * 3.0;
    }
    WANT(all_near(got, want));
    free_model(m);
}

static limn_value *with_mask(limn_value *e, double mask_strength, bool bounds)
{
    float at[2 * CELLS] = { 0 };

    for (int y = 3; y < 6; y++)
        for (int x = 1; x < 12; x++) {
            at[y * W + x] = 0.5f;
            at[CELLS + y * W + x] = 1.0f;
        }
    set_floats(e, "mask", LM_SHAPE(2, H, W), at);
    lm_value_set_number(e, "mask_strength", mask_strength);
    lm_value_set_int(e, "set_area_to_bounds", bounds);
    return e;
}

TEST(masks_weigh_each_image_of_the_batch)
{
    lm_model  *m = model_new();
    float      got[ALL];
    double     want[ALL];
    limn_error err = { 0 };

    for (int bounds = 0; bounds < 2; bounds++) {
        net = (lm_unet){ 0 };
        WANT(ask(m, list_of(with_mask(entry(1.0f, 77), 0.6, bounds), entry(0.25f, 77)),
                 list_of(entry(-0.5f, 77), NULL), 3.0, got, &err));
        for (int i = 0; i < ALL; i++) {
            const int    y = i / C / W % H, x = i / C % W;
            const bool   inside = y >= 3 && y < 6 && x >= 1 && x < 12;
            const double w = inside ? (i < ALL / 2 ? 0.3 : 0.6) : 0.0;
            const double up = mixed(m, i, 2, (double[]){ 1.0, 0.25 }, (double[]){ w, 1.0 });

            want[i] = x0_at(m, i, -0.5) + (up - x0_at(m, i, -0.5)) * 3.0;
        }
        if (!bounds)
            WANT(all_near(got, want) && net.looks == 2);
        else
            WANT(net.looks == 2); /* the box and its like, eight rows high at the least */
    }
    free_model(m);
}

TEST(what_nobody_covers_becomes_zero)
{
    lm_model  *m = model_new();
    float      got[ALL];
    limn_error err = { 0 };

    WANT(ask(m, list_of(with_area(entry(1.0f, 77), 8, 6, 2, 10, 1.0), NULL), list_of(NULL, NULL), 1.0, got,
             &err));
    for (int i = 0; i < ALL; i++)
        WANT(near((double)got[i], area_weight(i) > 0.0 ? x0_at(m, i, 1.0) : 0.0));
    free_model(m);
}

TEST(prompts_count_only_in_their_time)
{
    lm_model  *m = model_new();
    float      got[ALL];
    double     want[ALL];
    limn_error err = { 0 };

    /* 3.3 lies between the levels of 0.3 (3.47) and 0.4 (2.32). */
    WANT(ask(m, list_of(with_times(entry(1.0f, 77), 0.0, 0.3), with_times(entry(0.25f, 77), 0.3, 1.0)),
             list_of(with_times(entry(9.0f, 77), 0.4, 1.0), entry(-0.5f, 77)), 3.0, got, &err));
    for (int i = 0; i < ALL; i++)
        want[i] = x0_at(m, i, -0.5) + (x0_at(m, i, 0.25) - x0_at(m, i, -0.5)) * 3.0;
    WANT(all_near(got, want));
    WANT(net.looks == 2); /* their times differ: two looks */
    free_model(m);
}

/* ------------------------------------------------------------------ what does not fit */

static void wants_blame(lm_model *m, limn_value *positive, limn_value *negative, const char *input,
                        const char *word)
{
    float      got[ALL];
    limn_error err = { 0 };

    WANT(!ask(m, positive, negative, 5.0, got, &err) && err.code == LIMN_INPUT);
    WANT_TEXT(err.input, input);
    WANT(strstr(err.text, word) != NULL);
}

TEST(prompts_that_do_not_fit_are_blamed_by_name)
{
    lm_model   *m = model_new();
    limn_value *wide = lm_value_new("COND");

    set_floats(wide, "tokens", LM_SHAPE(1, 2, 5), (float[10]){ 0 });
    wants_blame(m, list_of(entry(1.0f, 77), NULL), list_of(wide, NULL), "negative", "5 numbers wide");
    wants_blame(m, list_of(lm_value_new("COND"), NULL), list_of(NULL, NULL), "positive", "no encoded");
    wants_blame(m, list_of(with_area(entry(1.0f, 77), 8, 8, 12, 0, 1.0), NULL), list_of(NULL, NULL),
                "positive", "outside");
    free_model(m);
}

/* ------------------------------------------------------------------ the nodes */

typedef struct heard {
    int     progress, previews, width, height;
    int64_t last, total;
    uint8_t first[3];
} heard;

static void hear(void *self, const lm_event *e)
{
    heard *h = self;

    if (e->kind == LM_EV_PROGRESS) {
        h->progress = e->value == 1 ? 1 : h->progress + 1; /* a new walk counts anew */
        WANT(e->value == h->progress);
        h->last = e->value;
        h->total = e->total;
    }
    if (e->kind == LM_EV_PREVIEW) {
        h->previews++;
        h->width = e->width;
        h->height = e->height;
        memcpy(h->first, e->rgb, 3);
    }
}

typedef struct stage {
    limn_value *model, *positive, *negative, *latent;
    lm_model   *m;
    heard       heard;
} stage;

static void stage_open(stage *s)
{
    *s = (stage){ .m = model_new(), .model = lm_value_new("MODEL"), .latent = lm_value_new("LATENT") };
    lm_value_set_object(s->model, "model", s->m, &lm_model_kind);
    s->positive = list_of(entry(1.0f, 77), NULL);
    s->negative = list_of(entry(-0.5f, 77), NULL);
    set_floats(s->latent, "samples", LM_SHAPE(N, H, W, C), (float[ALL]){ 0 });
    test_env.listener = (lm_listener){ hear, &s->heard };
}

static void stage_close(stage *s)
{
    lm_value_unref(s->model);
    lm_value_unref(s->positive);
    lm_value_unref(s->negative);
    lm_value_unref(s->latent);
    test_env.listener = (lm_listener){ 0 };
    test_env.previews = false;
}

static node_args sampler_args(stage *s, const char *node)
{
    node_args a = node_begin(lm_nodes_sampling, node);

    node_link(&a, "model", s->model);
    node_link(&a, "positive", s->positive);
    node_link(&a, "negative", s->negative);
    node_link(&a, "latent_image", s->latent);
    node_int(&a, "steps", 6);
    node_float(&a, "cfg", 3.0);
    return a;
}

static void read_samples(const limn_value *v, float got[ALL])
{
    const lm_tensor *t = v ? lm_value_tensor(v, "samples") : NULL;

    WANT(t && lm_count(t) == ALL);
    if (t && lm_count(t) == ALL)
        lm_tensor_read(t, LM_F32, got);
}

static bool same_floats(const float a[ALL], const float b[ALL])
{
    for (int i = 0; i < ALL; i++)
        if (!near((double)a[i], (double)b[i]))
            return false;
    return true;
}

/* The network by itself is linear; this walks it as the node should, from a latent on the wire's scale. */
static lm_tensor *lone_denoise(lm_pass *p, void *self, const lm_tensor *x, double level)
{
    const lm_levels l = lm_model_levels(self);
    const float    *in = lm_host_view(p, x);
    float          *out = lm_host_floats(p, ALL);
    const double    t = lm_levels_place(&l, (float)level);

    for (int i = 0; i < ALL; i++) {
        const float seen = (float)((double)in[i] / sqrt(level * level + 1.0));
        const float up = answer_of(seen, i % C, 1.0f, t), down = answer_of(seen, i % C, -0.5f, t);

        out[i] = in[i] - (float)level * (down + (up - down) * 3.0f);
    }
    return lm_from_host(p, lm_shape_of(x), out);
}

static void walk_alone(stage *s, int kind, lm_sigmas (*cut)(lm_pass *, lm_sigmas), double denoise,
                       const float latent[ALL], bool noisy, float got[ALL])
{
    const lm_shape  shape = LM_SHAPE(N, H, W, C);
    const lm_levels l = lm_model_levels(s->m);
    lm_pass        *p = lm_pass_begin(&test_call.call);
    float          *at = lm_host_floats(p, ALL);
    lm_walk         w = { .denoise = lone_denoise, .self = s->m, .seed = 7 };
    lm_tensor      *x, *noise;

    for (int i = 0; i < ALL; i++)
        at[i] = latent[i] * 0.18215f;
    w.sigmas = lm_schedule_walk(p, 0, &l, 6, denoise, lm_samplers[kind].flags & LM_DROPS_PENULTIMATE);
    w.sigmas = cut ? cut(p, w.sigmas) : w.sigmas;
    noise = lm_scale(p, lm_noise(p, shape, 7, NULL), noisy ? 1.0 : 0.0);
    x = lm_noise_begin(p, lm_from_host(p, shape, at), noise, w.sigmas.at[0], s->m->sigmas[999]);
    x = lm_scale(p, lm_walk_run(p, &lm_samplers[kind], &w, x), 1.0 / 0.18215);
    if (x)
        memcpy(got, lm_host_view(p, x), ALL * sizeof *got);
    WANT(lm_pass_end(p, NULL));
}

static limn_value *sample(stage *s, const char *sampler, double denoise, limn_error *err)
{
    node_args a = sampler_args(s, "KSampler");

    *(uint64_t *)(void *)(a.at + node_input(a.node, "seed")->offset) = 7;
    node_choice(&a, "sampler_name", sampler);
    node_float(&a, "denoise", denoise);
    return node_run(&a, &test_call.call, err);
}

TEST(every_sampler_walks_as_by_hand_from_an_empty_latent_and_from_a_full_one)
{
    stage s;
    float got[ALL], want[ALL], latent[ALL] = { 0 };

    stage_open(&s);
    for (int full = 0; full < 2; full++) {
        for (int kind = 0; lm_sampler_names[kind]; kind++) {
            limn_error  err = { 0 };
            limn_value *out;

            s.heard = (heard){ 0 };
            out = sample(&s, lm_sampler_names[kind], full ? 0.6 : 1.0, &err);
            read_samples(out, got);
            walk_alone(&s, kind, NULL, full ? 0.6 : 1.0, latent, true, want);
            WANT(same_floats(got, want));
            WANT(s.heard.progress == 6 && s.heard.last == 6 && s.heard.total == 6);
            lm_value_unref(out);
        }
        for (int i = 0; i < ALL; i++)
            latent[i] = x_at(i);
        set_floats(s.latent, "samples", LM_SHAPE(N, H, W, C), latent);
    }
    stage_close(&s);
}

static lm_sigmas first_half(lm_pass *p, lm_sigmas s)
{
    return lm_sigmas_cut(p, s, 0, 3, false);
}

static lm_sigmas second_half(lm_pass *p, lm_sigmas s)
{
    return lm_sigmas_cut(p, s, 3, 10000, true);
}

TEST(two_stretches_of_the_advanced_sampler_are_one_walk)
{
    stage       s;
    float       got[ALL], want[ALL], middle[ALL], empty[ALL] = { 0 };
    limn_error  err = { 0 };
    limn_value *half, *out;
    node_args   a;

    stage_open(&s);
    a = sampler_args(&s, "KSamplerAdvanced");
    *(uint64_t *)(void *)(a.at + node_input(a.node, "noise_seed")->offset) = 7;
    node_int(&a, "end_at_step", 3);
    node_choice(&a, "return_with_leftover_noise", "enable");
    half = node_run(&a, &test_call.call, &err);
    read_samples(half, middle);
    walk_alone(&s, 0, first_half, 1.0, empty, true, want);
    WANT(same_floats(middle, want));

    a = sampler_args(&s, "KSamplerAdvanced");
    node_link(&a, "latent_image", half);
    node_int(&a, "start_at_step", 3);
    node_choice(&a, "add_noise", "disable");
    out = node_run(&a, &test_call.call, &err);
    read_samples(out, got);
    walk_alone(&s, 0, second_half, 1.0, middle, false, want);
    WANT(same_floats(got, want));
    walk_alone(&s, 0, NULL, 1.0, empty, true, want);
    WANT(same_floats(got, want));
    lm_value_unref(out);
    lm_value_unref(half);
    stage_close(&s);
}

TEST(a_walk_without_steps_gives_the_latent_back)
{
    stage       s;
    float       got[ALL], latent[ALL];
    limn_error  err = { 0 };
    limn_value *out;

    stage_open(&s);
    for (int i = 0; i < ALL; i++)
        latent[i] = x_at(i);
    set_floats(s.latent, "samples", LM_SHAPE(N, H, W, C), latent);
    lm_value_set_text(s.latent, "unknown", "stays");
    out = sample(&s, "euler", 0.0, &err);
    read_samples(out, got);
    WANT(!memcmp(got, latent, sizeof got) && net.looks == 0);
    WANT_TEXT(lm_value_text(out, "unknown"), "stays");
    lm_value_unref(out);
    stage_close(&s);
}

TEST(what_a_mask_protects_stays_and_the_rest_is_repainted)
{
    static const char *const samplers[] = { "euler", "ddim" };
    stage                    s;
    float                    got[2][ALL], latent[ALL], mask[CELLS] = { 0 };

    stage_open(&s);
    for (int i = 0; i < ALL; i++)
        latent[i] = x_at(i);
    for (int i = 0; i < CELLS / 2; i++)
        mask[i] = 1.0f;
    set_floats(s.latent, "samples", LM_SHAPE(N, H, W, C), latent);
    set_floats(s.latent, "noise_mask", LM_SHAPE(1, H, W), mask);
    for (int k = 0; k < 2; k++) {
        limn_error  err = { 0 };
        limn_value *out = sample(&s, samplers[k], 1.0, &err);

        read_samples(out, got[k]);
        for (int i = 0; i < ALL; i++)
            WANT(i / C % CELLS < CELLS / 2 || near((double)got[k][i], (double)latent[i]));
        WANT(lm_value_has(out, "noise_mask"));
        lm_value_unref(out);
    }
    WANT(!near((double)got[0][0], (double)latent[0]));
    stage_close(&s);
}

TEST(an_image_picked_from_a_batch_gets_the_noise_it_had_there)
{
    stage       s;
    float       all[ALL], one[ALL / N];
    limn_error  err = { 0 };
    limn_value *out;

    stage_open(&s);
    out = sample(&s, "euler", 1.0, &err);
    read_samples(out, all);
    lm_value_unref(out);
    set_floats(s.latent, "samples", LM_SHAPE(1, H, W, C), (float[ALL / N]){ 0 });
    set_floats(s.latent, "batch_index", LM_SHAPE(1), (float[]){ 1 });
    out = sample(&s, "euler", 1.0, &err);
    WANT(out && lm_count(lm_value_tensor(out, "samples")) == ALL / N);
    lm_tensor_read(lm_value_tensor(out, "samples"), LM_F32, one);
    for (int i = 0; i < ALL / N; i++)
        WANT(near((double)one[i], (double)all[ALL / N + i]));
    lm_value_unref(out);
    stage_close(&s);
}

TEST(an_empty_latent_takes_the_models_channels_and_a_full_one_is_refused)
{
    stage       s;
    limn_error  err = { 0 };
    float       three[CELLS * 3] = { 0 };
    limn_value *out;

    stage_open(&s);
    set_floats(s.latent, "samples", LM_SHAPE(1, H, W, 3), three);
    out = sample(&s, "euler", 1.0, &err);
    WANT(out && lm_dim(lm_value_tensor(out, "samples"), 3) == 4);
    lm_value_unref(out);
    three[5] = 1.0f;
    set_floats(s.latent, "samples", LM_SHAPE(1, H, W, 3), three);
    WANT(!sample(&s, "euler", 1.0, &err) && err.code == LIMN_INPUT);
    WANT_TEXT(err.input, "latent_image");
    stage_close(&s);
}

TEST(previews_are_sent_when_they_are_wanted)
{
    stage       s;
    limn_error  err = { 0 };
    limn_value *out;

    stage_open(&s);
    out = sample(&s, "euler", 1.0, &err);
    WANT(s.heard.previews == 0);
    lm_value_unref(out);
    s.heard = (heard){ 0 };
    test_env.previews = true;
    out = sample(&s, "euler", 1.0, &err);
    WANT(s.heard.previews == 6 && s.heard.width == W && s.heard.height == H);
    lm_value_unref(out);
    s.heard = (heard){ 0 };
    s.m->latent_rgb = NULL; /* a latent space without a mix */
    out = sample(&s, "euler", 1.0, &err);
    WANT(s.heard.previews == 0 && s.heard.progress == 6);
    lm_value_unref(out);
    stage_close(&s);
}

TEST(a_preview_mixes_the_channels_of_each_cell)
{
    static const float mix[4][3] = { { 1, 0, 0 }, { 0, 0.5f, 0 }, { 0, 0, 1 }, { 0, 0, 0 } };
    static const float bias[3] = { 0, 0, -0.5f };
    stage              s;
    lm_pass           *p;

    stage_open(&s);
    test_env.previews = true;
    p = lm_pass_begin(&test_call.call);
    lm_preview_send(p, lm_from_host(p, LM_SHAPE(1, 1, 1, 4), (float[]){ 2.0f, -1.0f, 0.5f, 9.0f }), mix,
                    bias);
    WANT(s.heard.previews == 1);
    WANT(s.heard.first[0] == 255 && s.heard.first[1] == 63 && s.heard.first[2] == 127);
    WANT(lm_pass_end(p, NULL));
    stage_close(&s);
}

TEST(a_mix_is_read_from_text_or_refused)
{
    float rgb[2][3], bias[3];

    WANT(lm_latent_rgb_parse("1 2 3, 4 5 -6e-1", 2, rgb, bias) && rgb[1][2] == -0.6f && bias[0] == 0.0f);
    WANT(lm_latent_rgb_parse("1 2 3\n4 5 6\n7 8 9", 2, rgb, bias) && bias[2] == 9.0f);
    WANT(!lm_latent_rgb_parse("1 2 3 4 5", 2, rgb, bias));
    WANT(!lm_latent_rgb_parse("1 2 3 4 5 6 7 8 9 10", 2, rgb, bias));
    WANT(!lm_latent_rgb_parse("1 2 3 4 5 red", 2, rgb, bias));
    WANT(!lm_latent_rgb_parse("", 2, rgb, bias));
}

TEST(broken_numbers_are_sentences_and_never_pictures)
{
    stage      s;
    float      latent[ALL] = { 0 };
    limn_error err = { 0 }, early = { 0 };

    stage_open(&s);
    net.breaks = true;
    WANT(!sample(&s, "euler", 1.0, &err) && strstr(err.text, "euler") && strstr(err.text, "step 3"));
    latent[9] = NAN;
    set_floats(s.latent, "samples", LM_SHAPE(N, H, W, C), latent);
    WANT(!sample(&s, "euler", 1.0, &early) && strstr(early.text, "latent_image"));
    stage_close(&s);
}

TEST(an_empty_model_is_a_sentence)
{
    stage       s;
    limn_error  err = { 0 };
    limn_value *full;

    stage_open(&s);
    full = s.model;
    s.model = lm_value_new("MODEL");
    WANT(!sample(&s, "euler", 1.0, &err) && err.code == LIMN_INPUT && strstr(err.text, "MODEL"));
    lm_value_unref(full);
    stage_close(&s);
}

static void stop_after_two(void *self, const lm_event *e)
{
    (void)self;
    if (e->kind == LM_EV_PROGRESS && e->value == 2)
        atomic_store(&test_stop, true);
}

TEST(stop_ends_the_node_with_nothing_left_behind)
{
    const size_t before = lm_device_bytes();
    stage        s;
    limn_error   err = { 0 };
    size_t       held;

    stage_open(&s);
    held = lm_device_bytes();
    test_env.listener = (lm_listener){ stop_after_two, NULL };
    WANT(!sample(&s, "heun", 1.0, &err) && err.code == LIMN_CANCELLED);
    WANT(lm_device_bytes() == held);
    stage_close(&s);
    WANT(lm_device_bytes() == before);
}

TEST_MAIN
