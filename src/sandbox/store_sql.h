// store_sql — what the store's files share: the open database and its prepared statements.
//
// Shape    every statement is a row of STORE_SQL: its text is beside its name, it is prepared at first
//          use and kept. `store_sql_begin` resets it; bind in order with store_sql_text and
//          store_sql_int; then store_sql_run for a write or store_sql_step for rows.
// Errors   stick in store->failure.
// Threads  one.
#pragma once

#include "store.h"
#include "store_identifiers.h"
#include "store_messages.h"
#include "store_runs.h"

struct sqlite3;
struct sqlite3_stmt;

#define EVENT_COLUMNS                                                                              \
    "sequence,source,type,discard,name,user_id,anonymous_id,sku,message_id,at_ms,received_ms,"     \
    "profile,body"

#define STORE_SQL(X)                                                                               \
    X(SQL_BEGIN, "BEGIN IMMEDIATE")                                                                \
    X(SQL_COMMIT, "COMMIT")                                                                        \
    X(SQL_ROLLBACK, "ROLLBACK")                                                                    \
    X(SQL_SET_META, "INSERT OR REPLACE INTO meta VALUES(?,?)")                                     \
    X(SQL_GET_META, "SELECT value FROM meta WHERE key=?")                                          \
    X(SQL_ADD_EVENT, "INSERT INTO events VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,NULL)")                  \
    X(SQL_EVENT_OF_MESSAGE,                                                                        \
      "SELECT " EVENT_COLUMNS " FROM events WHERE sequence=? AND message_id=?")                    \
    X(SQL_ADD_MESSAGE, "INSERT OR REPLACE INTO messages VALUES(?,?,?,?)")                          \
    X(SQL_MESSAGES, "SELECT * FROM messages ORDER BY sequence")                                    \
    X(SQL_MESSAGES_BETWEEN,                                                                        \
      "SELECT sequence,hash,accepted FROM messages WHERE sequence>? AND sequence<=? ORDER BY "     \
      "sequence LIMIT ?")                                                                          \
    X(SQL_MESSAGE_RUNS, "SELECT * FROM message_runs ORDER BY id")                                  \
    X(SQL_ADD_MESSAGE_RUN, "INSERT INTO message_runs VALUES(?,?,?,?,?,?)")                         \
    X(SQL_REMOVE_MESSAGE_RUN, "DELETE FROM message_runs WHERE id=?")                               \
    X(SQL_MESSAGE_PART, "SELECT hashes FROM message_parts WHERE id=?")                             \
    X(SQL_FIRST_MESSAGE_PART, "SELECT min(id) FROM message_parts")                                 \
    X(SQL_PUT_MESSAGE_PART, "INSERT OR REPLACE INTO message_parts VALUES(?,?)")                    \
    X(SQL_TRIM_MESSAGE_PARTS, "DELETE FROM message_parts WHERE id<?")                              \
    X(SQL_IS_ACCEPTED, "SELECT accepted FROM messages WHERE sequence=? AND hash=?")                \
    X(SQL_MESSAGE_BYTES, "SELECT sum(bytes) FROM messages WHERE sequence BETWEEN ? AND ?")         \
    X(SQL_TRIM_MESSAGES, "DELETE FROM messages WHERE sequence<=?")                                 \
    X(SQL_LAST_SEQUENCE, "SELECT max(sequence) FROM events")                                       \
    X(SQL_COUNT_EVENTS, "SELECT max(sequence)-min(sequence)+1 FROM events")                        \
    X(SQL_EVENTS_ALL,                                                                              \
      "SELECT " EVENT_COLUMNS " FROM (SELECT * FROM events WHERE sequence>? ORDER BY sequence "    \
      "DESC LIMIT ?) ORDER BY sequence")                                                           \
    X(SQL_EVENTS_OF_SOURCE,                                                                        \
      "SELECT " EVENT_COLUMNS " FROM (SELECT * FROM events WHERE sequence>? AND source=? ORDER "   \
      "BY sequence DESC LIMIT ?) ORDER BY sequence")                                               \
    X(SQL_PENDING,                                                                                 \
      "SELECT " EVENT_COLUMNS " FROM events WHERE source=? AND sequence>? AND discard=0 ORDER BY " \
      "sequence")                                                                                  \
    X(SQL_COUNT_PENDING,                                                                           \
      "SELECT count(*) FROM events WHERE source=? AND sequence>? AND discard=0")                   \
    X(SQL_PROFILE_EVENTS_UP,                                                                       \
      "SELECT " EVENT_COLUMNS                                                                      \
      " FROM events WHERE profile=?1 AND at_ms>=?2 AND at_ms<?3 AND received_ms>=?4 AND "          \
      "(at_ms>?2 OR sequence>=?5) ORDER BY at_ms,sequence")                                        \
    X(SQL_PROFILE_EVENTS_DOWN,                                                                     \
      "SELECT " EVENT_COLUMNS                                                                      \
      " FROM events WHERE profile=?1 AND at_ms>=?2 AND at_ms<=?3 AND received_ms>=?4 AND "         \
      "(at_ms<?3 OR sequence<=?5) ORDER BY at_ms DESC,sequence DESC")                              \
    X(SQL_ACCOUNT_EVENTS_UP,                                                                       \
      "SELECT " EVENT_COLUMNS                                                                      \
      " FROM account_events JOIN events USING(sequence,at_ms) WHERE account=?1 AND "               \
      "account_events.at_ms>=?2 AND account_events.at_ms<?3 AND received_ms>=?4 AND "              \
      "(account_events.at_ms>?2 OR account_events.sequence>=?5) ORDER BY "                         \
      "account_events.at_ms,account_events.sequence")                                              \
    X(SQL_ACCOUNT_EVENTS_DOWN,                                                                     \
      "SELECT " EVENT_COLUMNS                                                                      \
      " FROM account_events JOIN events USING(sequence,at_ms) WHERE account=?1 AND "               \
      "account_events.at_ms>=?2 AND account_events.at_ms<=?3 AND received_ms>=?4 AND "             \
      "(account_events.at_ms<?3 OR account_events.sequence<=?5) ORDER BY "                         \
      "account_events.at_ms DESC,account_events.sequence DESC")                                    \
    X(SQL_NAMED_EVENTS,                                                                            \
      "SELECT " EVENT_COLUMNS                                                                      \
      " FROM events WHERE sequence>? AND sequence<=? AND name=? AND discard=0 ORDER BY sequence")  \
    X(SQL_ADD_ACCOUNT_EVENT, "INSERT OR IGNORE INTO account_events VALUES(?,?,?)")                 \
    X(SQL_MOVE_ACCOUNT_EVENTS, "UPDATE account_events SET account=? WHERE account=?")              \
    X(SQL_TRIM_ACCOUNT_EVENTS, "DELETE FROM account_events WHERE sequence<=?")                     \
    X(SQL_TRIM_EVENTS, "DELETE FROM events WHERE sequence<=?")                                     \
    X(SQL_ADD_INTERACTION, "INSERT INTO interactions VALUES(?,?,?,?,?,?,?)")                       \
    X(SQL_COUNT_IMPORT,                                                                            \
      "INSERT INTO imported VALUES(?,?,1,?,1,1) ON CONFLICT(time_s,hash) DO UPDATE SET "           \
      "seen=CASE import WHEN excluded.import THEN seen+1 ELSE 1 END,"                              \
      "is_new=CASE import WHEN excluded.import THEN seen+1 ELSE 1 END>count,"                      \
      "count=max(count,CASE import WHEN excluded.import THEN seen+1 ELSE 1 END),"                  \
      "import=excluded.import RETURNING is_new")                                                   \
    X(SQL_INTERACTIONS, "SELECT * FROM interactions WHERE sequence>? ORDER BY sequence")           \
    X(SQL_FIRST_INTERACTION, "SELECT min(sequence) FROM interactions")                             \
    X(SQL_TRIM_INTERACTIONS, "DELETE FROM interactions WHERE sequence<=?")                         \
    X(SQL_LAST_INTERACTION, "SELECT max(sequence) FROM interactions")                              \
    X(SQL_SET_SNAPSHOT, "INSERT OR REPLACE INTO snapshot VALUES(1,?)")                             \
    X(SQL_GET_SNAPSHOT, "SELECT blob FROM snapshot WHERE id=1")                                    \
    X(SQL_ADD_PROFILE, "INSERT INTO profiles VALUES(?,?,?,?,?,?,?,?,?,?)")                         \
    X(SQL_GET_PROFILE, "SELECT * FROM profiles WHERE id=?")                                        \
    X(SQL_TOUCH_PROFILE,                                                                           \
      "UPDATE profiles SET updated_ms=?,last_sequence=?,last_message=?,last_source=? WHERE id=?")  \
    X(SQL_UPDATE_PROFILE,                                                                          \
      "UPDATE profiles SET created_ms=?,first_message=?,first_source=?,merges=? WHERE id=?")       \
    X(SQL_FIND_MERGED, "SELECT profile FROM merged_profiles WHERE id=?")                           \
    X(SQL_ADD_MERGED, "INSERT OR REPLACE INTO merged_profiles VALUES(?,?)")                        \
    X(SQL_MOVE_MERGED, "UPDATE merged_profiles SET profile=? WHERE profile=?")                     \
    X(SQL_REMOVE_PROFILE, "DELETE FROM profiles WHERE id=?")                                       \
    X(SQL_MOVE_PROFILE, "UPDATE events SET profile=? WHERE profile=?")                             \
    X(SQL_LAST_PROFILE, "SELECT max(id) FROM profiles")                                            \
    X(SQL_FIND_IDENTIFIER, "SELECT profile FROM identifiers WHERE type=? AND key=?")               \
    X(SQL_PUT_IDENTIFIER, "INSERT OR IGNORE INTO identifiers VALUES(?,?,?,?,?,?,?)")               \
    X(SQL_COUNT_IDENTIFIERS, "SELECT count(*) FROM identifiers WHERE profile=? AND type=?")        \
    X(SQL_COUNT_ALL_IDENTIFIERS, "SELECT count(*) FROM identifiers WHERE profile=?")               \
    X(SQL_IDENTIFIERS, "SELECT * FROM identifiers WHERE profile=? ORDER BY type,key")              \
    X(SQL_MOVE_IDENTIFIERS, "UPDATE identifiers SET profile=? WHERE profile=?")                    \
    X(SQL_ADD_LINK, "INSERT OR IGNORE INTO links VALUES(?,?,?,?,?)")                               \
    X(SQL_LINKS_OF_USER, "SELECT account,source,created_ms,message_id FROM links WHERE profile=? " \
                         "AND account>? ORDER "                                                    \
                         "BY account LIMIT ?")                                                     \
    X(SQL_LINKS_OF_ACCOUNT, "SELECT profile,source,created_ms,message_id FROM links WHERE "        \
                            "account=? AND profile>? ORDER "                                       \
                            "BY profile LIMIT ?")                                                  \
    X(SQL_MOVE_LINKS_OF_USER, "UPDATE OR REPLACE links SET profile=? WHERE profile=?")             \
    X(SQL_MOVE_LINKS_OF_ACCOUNT, "UPDATE OR REPLACE links SET account=? WHERE account=?")          \
    X(SQL_PUT_TRAIT, "INSERT OR REPLACE INTO traits VALUES(?,?,?,?,?,?,?,?)")                      \
    X(SQL_PUT_LATER_TRAIT,                                                                         \
      "INSERT INTO traits VALUES(?,?,?,?,?,?,?,?) ON CONFLICT(profile,name) DO UPDATE SET "        \
      "value=excluded.value,source=excluded.source,updated_ms=excluded.updated_ms,"                \
      "computed=excluded.computed,state=excluded.state,at_ms=excluded.at_ms "                      \
      "WHERE traits.computed=0 OR excluded.at_ms>=traits.at_ms")                                   \
    X(SQL_REMOVE_TRAIT, "DELETE FROM traits WHERE profile=? AND name=?")                           \
    X(SQL_GET_TRAIT, "SELECT * FROM traits WHERE profile=? AND name=?")                            \
    X(SQL_TRAITS, "SELECT * FROM traits WHERE profile=?1 AND name>=?2 AND (?3<0 OR computed=?3) "  \
                  "ORDER BY name "                                                                 \
                  "LIMIT ?4")                                                                      \
    X(SQL_MOVE_TRAITS,                                                                             \
      "INSERT INTO traits SELECT ?1,name,value,source,updated_ms,0,NULL,NULL FROM traits WHERE "   \
      "profile=?2 AND computed=0 ON CONFLICT(profile,name) DO UPDATE SET value=excluded.value,"    \
      "source=excluded.source,updated_ms=excluded.updated_ms "                                     \
      "WHERE excluded.updated_ms>traits.updated_ms AND traits.computed=0")                         \
    X(SQL_REMOVE_TRAITS, "DELETE FROM traits WHERE profile=?")                                     \
    X(SQL_DROP_TRAIT,                                                                              \
      "DELETE FROM traits WHERE profile>? AND profile<=? AND name=? AND computed!=0")              \
    X(SQL_UNCOMPUTE_TRAIT,                                                                         \
      "UPDATE traits SET computed=0,state=NULL,at_ms=NULL WHERE profile>? AND profile<=? AND "     \
      "name=? AND computed!=0")                                                                    \
    X(SQL_DROP_TRAIT_VALUES,                                                                       \
      "DELETE FROM trait_values WHERE profile>? AND profile<=? AND trait=?")                       \
    X(SQL_COMPUTED_TRAITS, "SELECT * FROM traits WHERE name=? AND computed!=0")                    \
    X(SQL_GET_TRAIT_VALUE,                                                                         \
      "SELECT count FROM trait_values WHERE profile=? AND trait=? AND value=?")                    \
    X(SQL_COUNT_TRAIT_VALUES, "SELECT count(*) FROM trait_values WHERE profile=? AND trait=?")     \
    X(SQL_ADD_TRAIT_VALUE,                                                                         \
      "INSERT INTO trait_values VALUES(?,?,?,?) ON CONFLICT(profile,trait,value) DO UPDATE SET "   \
      "count=count+excluded.count")                                                                \
    X(SQL_TRAIT_VALUES,                                                                            \
      "SELECT value,count FROM trait_values WHERE profile=? AND trait=? ORDER BY value")           \
    X(SQL_MOST_FREQUENT, "SELECT value,count FROM trait_values WHERE profile=? AND trait=? ORDER " \
                         "BY count DESC,value "                                                    \
                         "LIMIT 1")                                                                \
    X(SQL_MOVE_TRAIT_VALUES,                                                                       \
      "INSERT INTO trait_values SELECT ?1,trait,value,count FROM trait_values WHERE profile=?2 "   \
      "ON CONFLICT(profile,trait,value) DO UPDATE SET count=count+excluded.count")                 \
    X(SQL_REMOVE_TRAIT_VALUES, "DELETE FROM trait_values WHERE profile=?")                         \
    X(SQL_ADD_DELIVERY, "INSERT OR REPLACE INTO deliveries VALUES(?,?)")                           \
    X(SQL_DELIVERIES,                                                                              \
      "SELECT * FROM (SELECT * FROM deliveries WHERE sequence>? ORDER BY sequence DESC LIMIT ?) "  \
      "ORDER BY sequence")                                                                         \
    X(SQL_DELIVERY_AT, "SELECT * FROM deliveries WHERE sequence=?")                                \
    X(SQL_TRIM_DELIVERIES,                                                                         \
      "DELETE FROM deliveries WHERE sequence<=(SELECT sequence FROM deliveries ORDER BY sequence " \
      "DESC LIMIT 1 OFFSET ?)")                                                                    \
    X(SQL_PUT_QUEUED, "INSERT OR REPLACE INTO delivery_queue VALUES(?,?,?,?,?,?,?,?,?,?,?)")       \
    X(SQL_UPDATE_QUEUED,                                                                           \
      "UPDATE delivery_queue SET attempts=?,due_ms=?,last_code=? WHERE sequence=?")                \
    X(SQL_REMOVE_QUEUED, "DELETE FROM delivery_queue WHERE sequence=?")                            \
    X(SQL_REQUEUE, "UPDATE delivery_queue SET due_ms=? WHERE due_ms=?")                            \
    X(SQL_QUEUED_DUE,                                                                              \
      "SELECT * FROM delivery_queue WHERE due_ms<=? ORDER BY due_ms,sequence LIMIT ?")             \
    X(SQL_IS_QUEUED, "SELECT 1 FROM delivery_queue WHERE sequence=?")                              \
    X(SQL_COUNT_QUEUED, "SELECT count(*) FROM delivery_queue")                                     \
    X(SQL_QUEUED_BYTES, "SELECT sum(length(CAST(body AS BLOB))) FROM delivery_queue")              \
    X(SQL_NEXT_DUE, "SELECT min(due_ms) FROM delivery_queue")                                      \
    X(SQL_ADD_SESSION, "INSERT OR REPLACE INTO sessions VALUES(?,?,?,?,?,?)")                      \
    X(SQL_GET_SESSION, "SELECT * FROM sessions WHERE access_key_id=?")                             \
    X(SQL_FIND_LOG_STREAM, "SELECT id FROM log_streams WHERE log_group=? AND name=?")              \
    X(SQL_ADD_LOG_STREAM, "INSERT INTO log_streams(log_group,name,created_ms) VALUES(?,?,?)")      \
    X(SQL_LOG_STREAMS,                                                                             \
      "SELECT s.id,s.name,s.created_ms,min(coalesce(s.first_ms,c.low),coalesce(c.low,s.first_ms))" \
      ",max(coalesce(s.last_ms,c.high),coalesce(c.high,s.last_ms))"                                \
      ",max(coalesce(s.ingested_ms,c.late),coalesce(c.late,s.ingested_ms)) FROM log_streams s "    \
      "LEFT JOIN (SELECT stream,min(at_ms) low,max(at_ms) high,max(ingested_ms) late FROM "        \
      "log_chunks GROUP BY stream) c ON c.stream=s.id WHERE s.log_group=? ORDER BY s.name")        \
    X(SQL_ADD_LOG_CHUNK, "INSERT INTO log_chunks(stream,at_ms,ingested_ms,lines) VALUES(?,?,?,?)") \
    X(SQL_LOG_CHUNKS_UP,                                                                           \
      "SELECT * FROM log_chunks WHERE stream=? AND at_ms BETWEEN ? AND ? AND (at_ms,id)>=(?,?) "   \
      "ORDER BY at_ms,id LIMIT ?")                                                                 \
    X(SQL_LOG_CHUNKS_DOWN,                                                                         \
      "SELECT c.* FROM (SELECT id,at_ms FROM log_chunks WHERE stream=? AND at_ms BETWEEN ? AND ? " \
      "AND (at_ms,id)<=(?,?) ORDER BY at_ms DESC,id DESC LIMIT ?) k JOIN log_chunks c ON "         \
      "c.id=k.id ORDER BY k.at_ms DESC,k.id DESC")                                                 \
    X(SQL_LOG_CHUNKS_OF_GROUP,                                                                     \
      "SELECT * FROM log_chunks WHERE stream IN (SELECT id FROM log_streams WHERE log_group=?) "   \
      "AND at_ms BETWEEN ? AND ? AND (at_ms,id)>=(?,?) ORDER BY at_ms,id LIMIT ?")                 \
    X(SQL_COUNT_LOGS,                                                                              \
      "SELECT coalesce(sum(length(CAST(lines AS BLOB))),0),count(*) FROM log_chunks")              \
    X(SQL_COUNT_LOGS_BY_GROUP,                                                                     \
      "SELECT s.log_group,sum(length(CAST(c.lines AS BLOB))) FROM log_chunks c JOIN log_streams "  \
      "s ON s.id=c.stream GROUP BY s.log_group")                                                   \
    X(SQL_OLDEST_LOG_CHUNKS, "SELECT id,length(CAST(lines AS BLOB)) FROM log_chunks ORDER BY id")  \
    X(SQL_KEEP_LOG_TIMES,                                                                          \
      "UPDATE log_streams SET first_ms=min(coalesce(first_ms,c.low),c.low),"                       \
      "last_ms=max(coalesce(last_ms,c.high),c.high),"                                              \
      "ingested_ms=max(coalesce(ingested_ms,c.late),c.late) FROM (SELECT stream,min(at_ms) low,"   \
      "max(at_ms) high,max(ingested_ms) late FROM log_chunks WHERE id<=? GROUP BY stream) c "      \
      "WHERE c.stream=log_streams.id")                                                             \
    X(SQL_TRIM_LOG_CHUNKS, "DELETE FROM log_chunks WHERE id<=?")                                   \
    X(SQL_TRIM_LOG_STREAMS,                                                                        \
      "DELETE FROM log_streams WHERE id<=(SELECT max(id) FROM log_streams)-? AND id NOT IN "       \
      "(SELECT stream FROM log_chunks)")                                                           \
    X(SQL_REMOVE_LOG_CHUNKS,                                                                       \
      "DELETE FROM log_chunks WHERE stream IN (SELECT id FROM log_streams WHERE log_group=?)")     \
    X(SQL_REMOVE_LOG_STREAMS, "DELETE FROM log_streams WHERE log_group=?")                         \
    X(SQL_PUT_RECORD, "INSERT INTO records VALUES(?,?,?,?,?) ON CONFLICT(kind,id) DO UPDATE SET "  \
                      "updated_ms=excluded.updated_ms,body=excluded.body")                         \
    X(SQL_GET_RECORD, "SELECT * FROM records WHERE kind=? AND id=?")                               \
    X(SQL_RECORDS, "SELECT * FROM records WHERE kind=? AND id>? ORDER BY id LIMIT ?")              \
    X(SQL_COUNT_RECORDS, "SELECT count(*) FROM records WHERE kind=?")                              \
    X(SQL_REMOVE_RECORD, "DELETE FROM records WHERE kind=? AND id=?")                              \
    X(SQL_TRIM_SESSIONS, "DELETE FROM sessions WHERE rowid<=(SELECT max(rowid) FROM sessions)-?")

enum store_sql {
#define X(id, sql) id,
    STORE_SQL(X)
#undef X
        STORE_SQL_COUNT
};

struct store {
    struct sqlite3 *database;
    struct sqlite3_stmt *statements[STORE_SQL_COUNT];
    bool is_writing, has_failed, is_in_memory;
    struct error failure;
    int64_t last_sequence, last_interaction, last_profile; // kept here: asked for every event
    int64_t committed_sequence;                            // last_sequence, of the last commit
    int64_t first_sequence;                                // lower bound of what is stored
    int64_t held_from;                                     // of store_hold_events
    int64_t deliveries_since_trim;
    int64_t event_bytes;                            // of what is stored
    int64_t first_interaction, interactions_let_go; // upto the latter a snapshot has them
    uint32_t messages_kept;                         // in a generation: STORE_MESSAGES_KEPT
    struct store_messages messages;
    struct store_identifiers identifiers;
    struct store_runs runs;
    struct buf hashed_id; // the messageId asked for last: mostly the one added next …
    int64_t hash;         // … and its hash
};

// A statement ready to be bound; `at` counts the bindings.
struct store_sql_call {
    struct store *store;
    struct sqlite3_stmt *statement;
    int at;
};
struct store_sql_call store_sql_begin(struct store *store, enum store_sql sql);
// The same, opening the transaction first.
struct store_sql_call store_sql_write(struct store *store, enum store_sql sql);
void store_sql_int(struct store_sql_call *call, int64_t value);
void store_sql_text(struct store_sql_call *call, struct str value); // ptr NULL: NULL
void store_sql_blob(struct store_sql_call *call, struct str value);
void store_sql_run(struct store_sql_call *call);
bool store_sql_step(struct store_sql_call *call); // false: no more rows; the call is over
void store_sql_end(struct store_sql_call *call);  // before the last row
int64_t store_sql_column_int(const struct store_sql_call *call, int column);
struct str store_sql_column_text(const struct store_sql_call *call, int column);
// One number: of the first row, or the fallback.
int64_t store_sql_single(struct store_sql_call *call, int64_t fallback);
