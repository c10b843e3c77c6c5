// recording — a session as NDJSON: what was sent, what was answered, and what followed.
//
// Threads  one at a time per recording.
#pragma once

#define RECORDING_VERSION 1
