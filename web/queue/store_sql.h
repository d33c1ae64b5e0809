/* store_sql.h: every statement that the embedded store runs, in one place. Each is prepared once a connection.
 *
 * One row a job; what is long stands apart, so that listings and indices stay small. `ended` is the place in the
 * history; rows at or below the ledger's floor have left it and wait to be swept up. */
#ifndef LM_WEB_STORE_SQL_H
#define LM_WEB_STORE_SQL_H

#define JOB_COLUMNS "job.seq, epoch, attempts, coalesce(ended, 0), state, number, created_ms, coalesce(started_ms, 0)," \
                    " coalesce(ended_ms, 0), id, client, workflow, worker"
#define ASKED_COLUMNS "prompt, prompt_size, extra, extra_size, targets, targets_size"
#define TOLD_COLUMNS "messages, messages_size, outputs, outputs_size, meta, meta_size, summary, summary_size"
#define ALL_COLUMNS JOB_COLUMNS ", " ASKED_COLUMNS ", " TOLD_COLUMNS
#define SHORT_COLUMNS JOB_COLUMNS ", summary, summary_size"
#define WITH_TEXTS " LEFT JOIN asked ON asked.seq = job.seq LEFT JOIN told ON told.seq = job.seq "
#define WITH_SUMMARY " LEFT JOIN told ON told.seq = job.seq "

#define LM_STORE_SQL(X)                                                                                             \
    X(BEGIN,          "BEGIN IMMEDIATE")                                                                            \
    X(BEGIN_READ,     "BEGIN")                                                                                      \
    X(COMMIT,         "COMMIT")                                                                                     \
    X(LEDGER_GET,     "SELECT seq, counter, epoch, ended, floor, paused, success, error, interrupted, failed"       \
                      " FROM ledger")                                                                               \
    X(LEDGER_SET,     "UPDATE ledger SET seq = ?, counter = ?, epoch = ?, ended = ?, floor = ?, paused = ?,"        \
                      " success = ?, error = ?, interrupted = ?, failed = ?")                                       \
    X(COUNT_LIVE,     "SELECT count(*) FROM job WHERE state = ?")                                                   \
    X(COUNT_ENDED,    "SELECT count(*) FROM job WHERE state = ? AND ended > ?")                                     \
    X(HISTORY_BYTES,  "SELECT coalesce(sum(bytes), 0) FROM job WHERE ended > ?")                                    \
    X(ADD_JOB,        "INSERT INTO job (seq, id, client, workflow, number, state, created_ms, bytes, owner)"        \
                      " VALUES (?, ?, ?, ?, ?, 0, ?, ?, ?)")                                                        \
    X(WAIT_FOR,       "SELECT count(*) FROM (SELECT 1 FROM job WHERE state = 0 AND owner = ? LIMIT ?)")             \
    X(ADD_ASKED,      "INSERT INTO asked (seq, " ASKED_COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?)")                    \
    X(ADD_TOLD,       "INSERT INTO told (seq, " TOLD_COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")                \
    X(NEXT_PENDING,   "SELECT seq FROM job WHERE state = 0 ORDER BY number, seq LIMIT 1")                           \
    X(WAITING,        "SELECT seq, number, id FROM job WHERE state = 0 ORDER BY number, seq")                       \
    X(MOVE,           "UPDATE job SET number = ? WHERE seq = ?")                                                    \
    X(LEASE,          "UPDATE job SET state = 1, worker = ?, epoch = ?, attempts = attempts + 1, started_ms = ?"    \
                      " WHERE seq = ?")                                                                             \
    X(RELEASE,        "UPDATE job SET state = 0, worker = '', started_ms = NULL, attempts = attempts - ?"           \
                      " WHERE seq = ?")                                                                             \
    X(FINISH,         "UPDATE job SET state = ?, worker = '', ended = ?, ended_ms = ?, bytes = bytes + ?"           \
                      " WHERE seq = ?")                                                                             \
    X(STANDING,       "SELECT state, epoch, id, bytes, stopping FROM job WHERE seq = ?")                            \
    X(STOP,           "UPDATE job SET stopping = 1 WHERE seq = ?")                                                  \
    X(LEFT_RUNNING,   "SELECT seq, attempts, id, stopping FROM job WHERE state = 1 AND seq > ? ORDER BY seq"        \
                      " LIMIT 1")                                                                                   \
    X(PENDING_OF,     "SELECT seq FROM job WHERE id = ? AND state = 0 LIMIT 1")                                     \
    X(RUNNING_OF,     "SELECT seq, epoch, worker FROM job WHERE id = ?1 AND state = 1 AND ?2 IN (0, epoch) LIMIT 1") \
    X(ENDED_OF,       "SELECT seq, bytes, state FROM job WHERE id = ? AND ended > ? LIMIT 1")                       \
    X(ANY_PENDING,    "SELECT seq FROM job WHERE state = 0 LIMIT 1")                                                \
    X(DROP_PENDING_ASKED, "DELETE FROM asked WHERE seq IN (SELECT seq FROM job WHERE state = 0)")                   \
    X(DROP_PENDING,   "DELETE FROM job WHERE state = 0")                                                            \
    X(REMOVE_JOB,     "DELETE FROM job WHERE seq = ?")                                                              \
    X(REMOVE_ASKED,   "DELETE FROM asked WHERE seq = ?")                                                            \
    X(REMOVE_TOLD,    "DELETE FROM told WHERE seq = ?")                                                             \
    X(OLDEST,         "SELECT ended, ended_ms, bytes, state FROM job WHERE ended > ? ORDER BY ended LIMIT 1")       \
    X(SWEEPABLE,      "SELECT seq FROM job WHERE ended <= ? ORDER BY ended LIMIT 1")                                \
    X(FREE_PAGES,     "PRAGMA freelist_count")                                                                      \
    X(GIVE_BACK,      "PRAGMA incremental_vacuum(256)")                                                             \
    X(ONE,            "SELECT " ALL_COLUMNS " FROM job" WITH_TEXTS "WHERE job.seq = ?")                             \
    X(ONE_SHORT,      "SELECT " SHORT_COLUMNS " FROM job" WITH_SUMMARY "WHERE job.seq = ?")                         \
    X(FIND,           "SELECT seq FROM job WHERE id = ?1 AND (ended IS NULL OR ended > ?2) AND (?3 >> state) & 1"   \
                      " ORDER BY state != 1, state != 0, number, seq LIMIT 1")                                      \
    X(RUNNING,        "SELECT " ALL_COLUMNS " FROM job" WITH_TEXTS "WHERE state = 1 AND epoch > ? ORDER BY epoch")  \
    X(RUNNING_SHORT,  "SELECT " SHORT_COLUMNS " FROM job" WITH_SUMMARY "WHERE state = 1 AND epoch > ? ORDER BY epoch") \
    X(PENDING,        "SELECT " ALL_COLUMNS " FROM job" WITH_TEXTS "WHERE state = 0 AND (number, job.seq) > (?, ?)" \
                      " ORDER BY number, job.seq")                                                                  \
    X(PENDING_SHORT,  "SELECT " SHORT_COLUMNS " FROM job" WITH_SUMMARY "WHERE state = 0 AND (number, job.seq) > (?, ?)" \
                      " ORDER BY number, job.seq")                                                                  \
    X(HISTORY,        "SELECT " ALL_COLUMNS " FROM job" WITH_TEXTS "WHERE ended > ? ORDER BY ended")                \
    X(HISTORY_SHORT,  "SELECT " SHORT_COLUMNS " FROM job" WITH_SUMMARY "WHERE ended > ? ORDER BY ended")            \
    X(FROM_THE_END,   "SELECT ended FROM job WHERE ended > ? ORDER BY ended DESC LIMIT 1 OFFSET ?")                 \
    X(FROM_THE_START, "SELECT ended FROM job WHERE ended > ? ORDER BY ended LIMIT 1 OFFSET ?")

#endif
