// own_routes — the sandbox's routes outside the emulated services: paths and JSON shapes.
//
// Shape    every answer is one JSON object (metrics: text). Keys listed here are always present unless
//          marked "?"; a value written T|null may be null. Times "…_at" are ISO 8601 UTC with ms.
//          Errors: 4xx {"error":{"code":"invalid","message":"…","hint":"…"}}.
// Access   no signature, no key, so this machine alone: from its loopback or from the address it was asked
//          under, wherever the sandbox listens (--allow-remote opens the services, not these); no page
//          of another site (Origin), no foreign name (Host).
// Waiting  wait=MS (≤ 30000) holds the answer until there is something to tell or the time is over
//          (then the list is empty). Held answers leave after the commit of what they tell.
// Source   product.md 4.
//
// GET /_recloop/health
//   {"status":"ok"|"failing","store_failure":null|"why what is sent cannot be kept",
//    "pid":1,"url":"http://127.0.0.1:1","region":"us-east-1","account":"123456789012",
//    "in_memory":false,"started_at":"…","interactions":4100,"events":12,"last_sequence":12,
//    "pending_deliveries":0,"handler":"builtin"|"runtime","runtime_api":"127.0.0.1:2"|null,
//    "instant_statuses":false,"status_step_ms":2000,
//    "recommender":{"users":600,"items":50,"pairs":1,"memory_bytes":1,"memory_limit_bytes":2},
//    "queues":{"deliveries":0,"delivery_retries":0,"held_requests":0},
//    "connections":{"open":1,"idle":0,"limit":1000},
//    "memory":{"request_bytes":0,"request_limit_bytes":268435456,"resident_bytes":1},"has_faults":false}
// GET /_recloop/env
//   every identity of product.md 4: {"url":…,"region":…,"write_keys":{"website-prod":…},…}
// GET /_recloop/debugger?source=NAME&limit=N&after=SEQ&wait=MS&message_id=ID
//                       &event=NAME&user=ID&type=TYPE&text=WORDS&before=SEQ&detail=1
//   {"events":[{"sequence":12,"source":"website-prod","type":"track","event":"Product Clicked"|null,
//     "user_id":"…"|null,"anonymous_id":"…"|null,"sku":"…"|null,"message_id":"…","received_at":"…",
//     "discard_reason":null|"no_user_anon_id","raw":{…the message as ingested…},
//     "pretty"?:"analytics.track(\"Product Clicked\", {…});"|null,
//     "profile_discard_reason"?:null|"too_many_properties"}],
//    "last_sequence":12}
//   Oldest first; the newest `limit` (default 50, at most 500) of those after `after`. Without source:
//   all sources. `last_sequence` is the newest of the whole sandbox: pass it as the next `after`.
//   event, user (userId or anonymousId) and type must be equal, text occurs anywhere in raw, letters in
//   either case; a search looks at the newest 500. `before`: as it was when that event had come (a paused
//   view). detail=1 adds "pretty", and why profiles passed the event over.
// GET /_recloop/deliveries?message_id=ID&limit=N&after=SEQ&wait=MS&attempts=N&exchanges=1
//   {"deliveries":[{"sequence":12,"message_id":"…","source":"website-prod",
//     "destination":"Amazon Personalize","type":"track","user_id":"…"|null,
//     "status":"delivered"|"failed"|"not_sent","code":"OK",
//     "error":null|"Accessdenied","reason":null|"what the services said","hint":null|"the next step",
//     "attempts":1,"first_attempt_at":"…","next_attempt_at":null|"…",
//     "at":"…","ms":1.234,"status_code":200,"function_error":null|"Unhandled","request_id":"…",
//     "request":{"function":"arn:…","roleAddress":"arn:…","region":"us-east-1","logType":"Tail",
//                "clientContext":{}},
//     "payload":"null","log":"START RequestId: …",
//     "hops":[{"name":"destination","state":"done"|"failed"|"skipped","ms":0.012,"status":200,
//              "detail":"…","hint":"…"},…]}],
//    "last_sequence":12}
//   `sequence` is that of the event in the debugger. Hops, always five, in this order and with the
//   names of protocol/hop.h: destination, lambda, put_events, recommendations, identify.
//   When a record is visible, the changed trait is too. The newest 1,000 are kept; in a flood (2,000
//   messages behind) only failures are recorded, and asking for one message without a record that was
//   dealt with answers an empty list at once. Asked for one message, the answer has "under_way":true while the
//   function has it, or it waits to be tried again. Other sources than website-prod have no destination.
//   code: OK; discarded at once: INVALID_SETTINGS, ACCESS_DENIED, RESOURCE_NOT_FOUND, MESSAGE_REJECTED;
//   tried again with randomised exponential backoff for four hours (then next_attempt_at is not null, and
//   the record is replaced by that of the next attempt): FUNCTION_ERROR (the function raised), ETIMEDOUT
//   (no answer within 5 s), ECONNRESET, THROTTLED, SERVICE_ERROR;
//   not_sent: DESTINATION_DISABLED, FILTERED_BY_INTEGRATIONS_OBJECT, UNSUPPORTED_EVENT_TYPE.
//   attempts=N waits for the record of attempt N, or of the last one if there are fewer.
//   exchanges=1 (limit at most 50) adds to each record, of the last attempt,
//    "journey":null|{"started_at_ms":1700000000000.125,"log":"…all lines of the invocation",
//      "exchanges":[{"hop":"segment"|…,"title":"PutEvents","state":"done"|"failed"|"hidden",
//        "start_ms":0.5|null,"ms":0.1|null,"status":200,"attempts":1,
//        "request":"POST /v1/track\nHost: …\n\n{…}\n"|null,"answer":"200 OK\n…"|null,
//        "request_id":"…"|null,"problem":"…"|null,"note":"…"|null},…],
//      "items":["…"]|null,       recommended last
//      "trait_before":{"value":[…]|null,"updated_at":"…"|null}|null,"trait_after":…as before}
//   start_ms is from started_at_ms, when the first request began. status 0: no answer. Secrets are masked.
//   Of the built-in code the texts are what the services see and answer, though the calls stay in this
//   process (see note); the calls of code that people bring are hidden. The newest 256 since the start; of a
//   burst the newest 64 events; null when it is no longer there.
// GET /_recloop/destination, PUT with any part of it (answers the new whole)
//   {"source":"website-prod","destination":"Amazon Personalize","enabled":true,
//    "settings":{"function":"arn:…","roleAddress":"arn:…","externalId":"123456789",
//                "region":"us-east-1","logType":"Tail","clientContext":{}}}
//   region "": us-west-2. clientContext is a map of texts. A message may bring function, region and
//   logType of its own: "integrations":{"Amazon Personalize":{"logType":"None"}}.
// GET /_recloop/sources
//   {"sources":[{"name":"website-prod","id":"srcWebsiteProd01","enabled":true,
//                "destination":"Amazon Personalize"|null}]}
// PUT /_recloop/sources {"name":"ios-prod","enabled":false} (answers the new list)
//   A source that is off answers its senders as ever and drops what they send (source_disabled).
// POST /_recloop/event-tester {"type"?:"track","event":{…}}
//   sends the event straight to the destination, past the source, the filters and the switch; what the
//   function does is real. Missing type, messageId, timestamp, receivedAt and version are filled in.
//   {"success":true,"code":"OK","error":null|"…","reason":null|"…","hint":null|"…",
//    "event":{…as sent…},
//    "calls":[{"name":"AssumeRole"|"Invoke","request":{"method":"POST","action":"lambda:InvokeFunction",
//       "headers":{…},"body":{…}},"response":{"headers":{…},"statusCode":200,"statusMessage":"OK",
//       "body":…|null},"ms":1.2},…],       secrets are REDACTED
//    "delivery":{…as in deliveries, sequence 0…}}
// GET /_recloop/event-delivery?source=website-prod&window=10m|1h|24h|7d|14d&samples=N
//   {"source":"…","destination":"Amazon Personalize"|null,"enabled":true,"from":"…","to":"…",
//    "bucket_ms":60000,"delivered":10,"not_delivered":1,"duplicates":0,"pending":0,"pending_retry":0,
//    "p95_latency_ms":1.4|null,
//    "steps":[{"step":"successfully_received","count":12},…failed_on_ingest, filtered_at_source,
//             filtered_at_destination, failed_delivery, successful_delivery],
//    "codes":[{"code":"FUNCTION_ERROR","step":"failed_delivery","count":1,"retried":3,
//       "description":"…","action":"…",
//       "samples":[{"sequence":12,"message_id":"…","at":"…","reason":"…"|null,"sent":{…}|null,
//          "request":{…}|null,"response":{"statusCode":200,"functionError":"…"|null,"body":"…"}|null}]}],
//    "trend":[{"at":"…","received":9,"delivered":9,"not_delivered":0,"p95_latency_ms":1|null}]}
//   Default window 1h. Buckets are minutes (kept a day) or, from 7d on, hours (kept two weeks); only those
//   with anything in them. Counts are final: an event that will be tried again is in pending_retry, its
//   failed attempts in "retried". Latency from receipt to the function's answer. At most ten samples (3).
//   Batch codes (multi_user_error, empty_batch_result) stand beside those of their messages.
// GET /_recloop/profile?user_id=U&after=SEQ&wait=MS
//   {"user_id":"…","sequence":12}  sequence of the last event that touched the profile, 0: unknown
//   user. Held while sequence ≤ after. Then ask the Profile API.
// GET /_recloop/reasons?user=U&num=N&filter=exclude-purchased
//   {"user_id":"…","predictors":["knn","next","next2","again","trend","pop"],
//    "items":[{"item_id":"…","score":0.1,"reasons":[0.05,0.02,0,0,0.02,0.01]}]}
//   reasons are in the order of predictors and sum to the score.
// POST /_recloop/import?import=NAME  (body: CSV, at most 128 MiB)
//   {"imported":100,"duplicates":0,"interactions":4200}
//   A row counts once, however often its file is sent: rows are known by user, item, event type, time, and
//   by being the n-th such row of their file. A file sent in pieces has the same NAME (any text of its own)
//   in each; without a name every request is a file. Mistakes are found before the first row counts. Others
//   are served meanwhile; rows are kept as they are read, so one who hangs up has imported a part and can
//   send the whole again.
// POST /_recloop/reset               {"reset":true,"interactions":4100}
// GET /_recloop/function-env?function=NAME&qualifier=VERSION&format=json|shell
//   What a runtime of that function finds in its environment: the function's own variables, those that
//   Lambda sets, where the Runtime API is (with --handler runtime), credentials of the execution role, and
//   AWS_ENDPOINT_URL. {"NAME":"value"…}, or export lines for `eval`. Without function: the destination's.
// GET /_recloop/code/NAME
//   The zip last uploaded for a function, as GetFunction's Location names it; 404 without one.
// GET /_recloop/metrics              Prometheus text
// GET /_recloop/faults
//   {"faults":[{"id":"fault-1","service":"lambda","operation":"Invoke"|"*","effect":"latency",
//     "spec":"lambda.Invoke:latency=250ms..1s,count=3,id=fault-1","hits":1,"remaining":2|null}]}
// PUT /_recloop/faults (answers the new list)
//   one fault, {"spec":"lambda.Invoke:latency=250ms..1s,count=3"} or its words as members
//   {"service":"tracking","operation":"track","status":503,"probability":0.2,"id":"mine"}, is added, or
//   takes the place of the one of its id; {"faults":[…]} takes the place of all. The grammar is that of
//   `recloop sandbox --fault`.
// GET /_recloop/answers
//   {"answers":[{"id":"answer-1","campaign":"segment-workshop-campaign"|null,"user_id":"U"|null,
//     "item_id":"I"|null,"items":[…as declared…] or "error":{…},"count":3|null,"remaining":2|null,
//     "hits":1}]}
// PUT /_recloop/answers (answers the new list)
//   one {"campaign":"NAME|ARN|*","user_id":"U","item_id":"I","count":3,"id":"mine",
//     "items":["sku-1",{"item_id":"sku-2","score":0.4,"metadata":{"GENRE":"boots"}}]}, or with
//   "error":{"code":"…","message":"…","status":400} instead of items, is added or takes the place of the
//   one of its id; {"answers":[…]} takes the place of all. Everything but items/error may be left out.
//   Of those that fit a question the one naming most of campaign, user and item answers; of equals the
//   newest.
// DELETE /_recloop/answers?id=ID     without id: all of them; answers the list that is left
// DELETE /_recloop/faults?id=ID      without id: all of them; answers the list that is left
// GET /_recloop/computed-traits
//   {"computed_traits":[{…},…]}  the space's computed traits and audiences, each
//   {"key":"purchased_products",…what was PUT…,"class":"computed_trait"|"audience",
//    "status":"live"|"clearing"|"computing","progress":0.5,"created_at":"…","updated_at":"…"}
// GET /_recloop/computed-traits/KEY?wait=MS     one; held while it is not live
// PUT /_recloop/computed-traits/KEY             answers the definition as above
//   {"name"?:"Orders","type":"event_counter","event":"Order Completed","collection"?:"users"|"accounts",
//    "conditions"?:[{"property":"total","operator":"greater_than","value":30}]}
//   type           further members
//   event_counter
//   aggregation       "property", "aggregation":"sum"|"average"|"minimum"|"maximum"
//   most_frequent     "property"; shows from two occurrences on, ties alphabetical
//   first, last       "property"; by event time
//   unique_list       "property"; alphabetical
//   unique_list_count "property"
//   event_audience    "at_least"?:2; instead of a value: true from then on
//   trait_audience    "trait":"lifetime_revenue","operator":…,"value":…; no event
//   Operators: equals, not_equals, less_than, greater_than, less_than_or_equal, greater_than_or_equal,
//   contains, does_not_contain, starts_with, ends_with, exists, not_exists, before_date, after_date,
//   equals_one_of, contains_one_of (value: a list).
//   Tracks only. A new or changed one is computed over the events in the store, and takes new events
//   meanwhile. The same definition again changes nothing. At most 50. reset brings back the sandbox's own.
// DELETE /_recloop/computed-traits/KEY  {"deleted":true}  the values stay, as custom traits
#pragma once

#define OWN_ROUTES_HEALTH "/_recloop/health"
#define OWN_ROUTES_ENV "/_recloop/env"
#define OWN_ROUTES_DEBUGGER "/_recloop/debugger"
#define OWN_ROUTES_DELIVERIES "/_recloop/deliveries"
#define OWN_ROUTES_DESTINATION "/_recloop/destination"
#define OWN_ROUTES_SOURCES "/_recloop/sources"
#define OWN_ROUTES_EVENT_TESTER "/_recloop/event-tester"
#define OWN_ROUTES_EVENT_DELIVERY "/_recloop/event-delivery"
#define OWN_ROUTES_PROFILE "/_recloop/profile"
#define OWN_ROUTES_REASONS "/_recloop/reasons"
#define OWN_ROUTES_IMPORT "/_recloop/import"
#define OWN_ROUTES_RESET "/_recloop/reset"
#define OWN_ROUTES_METRICS "/_recloop/metrics"
#define OWN_ROUTES_FUNCTION_ENV "/_recloop/function-env"
#define OWN_ROUTES_FAULTS "/_recloop/faults"
#define OWN_ROUTES_ANSWERS "/_recloop/answers"

#define OWN_ROUTES_COMPUTED_TRAITS "/_recloop/computed-traits"

#define OWN_ROUTES_WAIT_LIMIT_MS 30000
