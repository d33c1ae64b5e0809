/* bench_graph.c: what the graph itself costs, and a workflow of one's own. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/cli/bench_parts.h"
#include "core/graph/bench.h"

static void add_graph(lm_bench *b, const lm_graph_figures *f, const char *form)
{
    char name[80];

    snprintf(name, sizeof name, "%s of %d nodes: read and check", form, f->nodes);
    lm_bench_add_one(b, name, "ms", 1e3 * (f->read_s + f->check_s));
    snprintf(name, sizeof name, "%s of %d nodes: JSON", form, f->nodes);
    lm_bench_add_one(b, name, "MB/s", (double)f->bytes / f->json_s / 1e6);
    snprintf(name, sizeof name, "%s of %d nodes: an executed node", form, f->nodes);
    lm_bench_add_one(b, name, "us", 1e6 * (f->plan_s + f->run_s) / f->nodes);
    snprintf(name, sizeof name, "%s of %d nodes: a cached node", form, f->nodes);
    lm_bench_add_one(b, name, "us", 1e6 * (f->plan_s + f->cached_s) / f->nodes);
}

static bool measure_form(lm_bench *b, lm_graph_form form, const char *name, limn_error *err)
{
    lm_graph_figures f[2];
    char             line[80];

    for (int i = 0; i < 2; i++) {
        if (!lm_graph_bench(form, i ? 100000 : 10000, &f[i], err))
            return false;
        add_graph(b, &f[i], name);
    }
    snprintf(line, sizeof line, "%s: ten times the nodes, planned and run", name);
    lm_bench_add_one(b, line, "times", (f[1].plan_s + f[1].bare_s) / (f[0].plan_s + f[0].bare_s));
    snprintf(line, sizeof line, "%s: ten times the nodes, planned, run and kept", name);
    lm_bench_add_one(b, line, "times", (f[1].plan_s + f[1].run_s) / (f[0].plan_s + f[0].run_s));
    snprintf(line, sizeof line, "%s: ten times the nodes, planned and cached", name);
    lm_bench_add_one(b, line, "times", (f[1].plan_s + f[1].cached_s) / (f[0].plan_s + f[0].cached_s));
    return true;
}

/* A line of /proc/self/status: "VmRSS", "Threads". */
static double status_of(const char *key)
{
    FILE  *f = fopen("/proc/self/status", "re");
    char   line[160];
    double x = 0;

    while (f && fgets(line, sizeof line, f))
        if (!strncmp(line, key, strlen(key)) && line[strlen(key)] == ':')
            x = strtod(line + strlen(key) + 1, NULL);
    if (f)
        fclose(f);
    return x;
}

static int open_files(void)
{
    DIR *d = opendir("/proc/self/fd");
    int  n = 0;

    while (d && readdir(d))
        n++;
    if (d)
        closedir(d);
    return n;
}

/* A thousand prompts, after some to warm up. */
static bool measure_prompts(lm_bench *b, limn_error *err)
{
    double rss, threads;
    int    files;

    if (!lm_graph_prompts(200, err))
        return false;
    rss = status_of("VmRSS");
    threads = status_of("Threads");
    files = open_files();
    if (!lm_graph_prompts(1000, err))
        return false;
    lm_bench_add_one(b, "1000 prompts of 100 nodes: memory grows by", "kB", status_of("VmRSS") - rss);
    lm_bench_add_one(b, "1000 prompts of 100 nodes: threads left over", "", status_of("Threads") - threads);
    lm_bench_add_one(b, "1000 prompts of 100 nodes: files left open", "", open_files() - files);
    return true;
}

static bool measure_canvas(lm_bench *b, limn_error *err)
{
    double seconds;

    if (!lm_canvas_bench(10000, &seconds, err))
        return false;
    lm_bench_add_one(b, "canvas of 10000 nodes: read and converted", "ms", 1e3 * seconds);
    return true;
}

bool lm_bench_graph(lm_bench *b, limn_error *err)
{
    return measure_form(b, LM_GRAPH_JOINED, "graph", err) && measure_form(b, LM_GRAPH_CHAIN, "chain", err) &&
           measure_form(b, LM_GRAPH_WIDE, "row", err) && measure_canvas(b, err) && measure_prompts(b, err);
}

bool lm_bench_workflow(lm_bench *b, const char *path, limn_error *err)
{
    double first, again[LM_BENCH_ROUNDS];
    size_t size;
    char  *text = lm_read_whole(path, (size_t)64 << 20, &size, err);
    bool   ok = text && lm_workflow_bench(text, b->session.registry, &b->session.env, b->rounds, &first, again, err);

    if (ok) {
        for (int i = 0; i < b->rounds; i++)
            again[i] *= 1e3;
        lm_bench_add_one(b, "workflow: the first time", "ms", 1e3 * first);
        lm_bench_add(b, "workflow: again, with its results at hand", "ms", again, b->rounds);
    }
    lm_free(text);
    return ok;
}
