/* metrics.c: GET /metrics: what the server counts, as Prometheus reads it.
 * Source: Prometheus' text exposition format, version 0.0.4. */
#include <sys/resource.h>

#include "core/base/system.h"
#include "core/base/text.h"
#include "web/http/http_reply.h"
#include "web/server/hub.h"
#include "web/server/runner.h"
#include "web/server/times.h"
#include "web/server/told.h"
#include "web/work/wire.h"

static void begin(lm_text *t, const char *name, const char *type, const char *help)
{
    lm_text_printf(t, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void gauge(lm_text *t, const char *name, int64_t value, const char *help)
{
    begin(t, name, "gauge", help);
    lm_text_printf(t, "%s %lld\n", name, (long long)value);
}

static void counter(lm_text *t, const char *name, uint64_t value, const char *help)
{
    begin(t, name, "counter", help);
    lm_text_printf(t, "%s %llu\n", name, (unsigned long long)value);
}

static void labelled(lm_text *t, const char *name, const char *label, const char *is, uint64_t value)
{
    lm_text_printf(t, "%s{%s=\"%s\"} %llu\n", name, label, is, (unsigned long long)value);
}

static void add_queue(lm_text *t, const lm_server *s)
{
    const lm_tally tally = lm_queue_count(s->queue);

    gauge(t, "limn_queue_pending", tally.pending, "Jobs that wait.");
    gauge(t, "limn_queue_running", tally.running, "Jobs that run.");
    gauge(t, "limn_queue_paused", tally.paused, "1 while no job is begun.");
    gauge(t, "limn_history_entries", tally.history, "Jobs that have ended and are kept.");
    gauge(t, "limn_history_bytes", tally.history_bytes, "Bytes of what is kept of them.");
    gauge(t, "limn_store_broken", lm_queue_is_broken(s->queue), "1 when the disk failed and no job is taken.");
}

static void add_worker(lm_text *t, const lm_server *s)
{
    static const char *const ends[] = { [LM_END_SUCCESS] = "success", [LM_END_FAILED] = "error",
                                        [LM_END_INTERRUPTED] = "interrupted", [LM_END_REFUSED] = "refused" };
    lm_runner_stats          r = { 0 };

    if (s->runner)
        lm_runner_stat(s->runner, &r);
    begin(t, "limn_jobs_total", "counter", "Jobs that ended since the server began, by result.");
    for (int i = 0; i < 4; i++)
        labelled(t, "limn_jobs_total", "result", ends[i], r.jobs[i]);
    labelled(t, "limn_jobs_total", "result", "lost", r.lost);
    gauge(t, "limn_worker_up", r.pid > 0, "1 when a worker is there.");
    counter(t, "limn_cache_hits_total", (uint64_t)r.stats[LM_STAT_HITS], "Look-ups of the worker's cache that found a result.");
    counter(t, "limn_cache_misses_total", (uint64_t)r.stats[LM_STAT_MISSES], "Look-ups that did not.");
    gauge(t, "limn_cache_results", r.stats[LM_STAT_RESULTS], "Results in the worker's cache.");
    gauge(t, "limn_cache_bytes", r.stats[LM_STAT_RESULT_BYTES], "Bytes of them.");
    counter(t, "limn_model_loads_total", (uint64_t)r.stats[LM_STAT_LOADS], "Models that the worker loaded from files.");
    begin(t, "limn_worker_memory_bytes", "gauge", "Memory that the worker holds.");
    labelled(t, "limn_worker_memory_bytes", "kind", "ram", (uint64_t)r.stats[LM_STAT_RAM]);
    labelled(t, "limn_worker_memory_bytes", "kind", "vram", (uint64_t)r.stats[LM_STAT_VRAM]);
    begin(t, "limn_worker_memory_limit_bytes", "gauge", "What it may hold; 0 is no limit.");
    labelled(t, "limn_worker_memory_limit_bytes", "kind", "ram", (uint64_t)r.stats[LM_STAT_RAM_LIMIT]);
    labelled(t, "limn_worker_memory_limit_bytes", "kind", "vram", (uint64_t)r.stats[LM_STAT_VRAM_LIMIT]);
}

static void add_http(lm_text *t, const lm_server *s)
{
    static const char *const classes[] = { NULL, "1xx", "2xx", "3xx", "4xx", "5xx" };
    const lm_http_counts     c = lm_http_count(s->http);

    gauge(t, "limn_http_connections", c.connections, "Connections that are open.");
    gauge(t, "limn_http_requests_at_work", c.requests_at_work, "Requests that are being answered.");
    gauge(t, "limn_http_body_bytes", (int64_t)c.body_bytes, "Bytes of bodies that are held in memory.");
    counter(t, "limn_http_connections_total", c.accepted, "Connections that were accepted.");
    counter(t, "limn_http_refused_total", c.refused, "Connections that were not.");
    counter(t, "limn_http_requests_total", c.requests, "Requests.");
    counter(t, "limn_http_sent_bytes_total", c.sent, "Bytes sent.");
    counter(t, "limn_http_received_bytes_total", c.received, "Bytes received.");
    begin(t, "limn_http_answers_total", "counter", "Answers, by class of status.");
    for (int i = 1; i < 6; i++)
        labelled(t, "limn_http_answers_total", "status", classes[i], c.answers[i]);
}

static void add_sockets(lm_text *t, const lm_server *s)
{
    const lm_hub_counts c = s->hub ? lm_hub_count(s->hub) : (lm_hub_counts){ 0 };

    gauge(t, "limn_sockets", c.sockets, "WebSockets that are open.");
    gauge(t, "limn_sockets_held_bytes", (int64_t)c.held_bytes, "Bytes of memory that these take; 256 MiB at most.");
    gauge(t, "limn_sockets_waiting_bytes", (int64_t)c.waiting_bytes, "Bytes that wait to be sent to them.");
    counter(t, "limn_sockets_total", c.adopted, "WebSockets that were opened.");
    counter(t, "limn_sockets_refused_total", c.refused, "WebSockets that were refused.");
    counter(t, "limn_sockets_closed_slow_total", c.closed_slow, "WebSockets that were closed because they did not read.");
    counter(t, "limn_socket_messages_sent_total", c.sent, "Messages sent.");
    counter(t, "limn_socket_messages_received_total", c.received, "Messages received.");
    counter(t, "limn_previews_dropped_total", c.dropped_previews, "Previews that a newer one took the place of.");
}

static void add_process(lm_text *t, const lm_server *s)
{
    struct rusage use;
    size_t        of_files = 0;
    const size_t  held = lm_system_resident(&of_files);

    getrusage(RUSAGE_SELF, &use);
    begin(t, "process_start_time_seconds", "gauge", "When the server began, in seconds since 1970.");
    lm_text_printf(t, "process_start_time_seconds %lld.%03lld\n", (long long)s->began_ms / 1000,
                   (long long)s->began_ms % 1000);
    begin(t, "process_cpu_seconds_total", "counter", "The server's own time of the processor.");
    lm_text_printf(t, "process_cpu_seconds_total %lld.%06lld\n",
                   (long long)(use.ru_utime.tv_sec + use.ru_stime.tv_sec +
                               (use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1000000),
                   (long long)((use.ru_utime.tv_usec + use.ru_stime.tv_usec) % 1000000));
    gauge(t, "process_resident_memory_bytes", (int64_t)(held + of_files), "The server's own memory.");
    begin(t, "limn_info", "gauge", "Which limn this is.");
    lm_text_puts(t, "limn_info{version=\"" LIMN_VERSION "\"} 1\n");
}

static void metrics(lm_request *rq, void *self)
{
    const lm_server *s = self;
    lm_text          t = { 0 };
    size_t           n;

    add_queue(&t, s);
    add_worker(&t, s);
    lm_times_write(s->runner ? lm_runner_times(s->runner) : NULL, &t);
    add_http(&t, s);
    add_sockets(&t, s);
    add_process(&t, s);
    n = t.size;
    lm_reply_take(rq, 200, "text/plain; version=0.0.4; charset=utf-8", lm_text_take(&t), n);
}

static const lm_route metrics_routes[] = {
    { .methods = LM_GET, .pattern = "/metrics", .handle = metrics },
    { 0 },
};

const lm_part lm_metrics_part = { .name = "metrics", .routes = metrics_routes };
