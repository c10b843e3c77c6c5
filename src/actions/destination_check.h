// destination_check — why the destination's AssumeRole or Invoke was refused: the settings compared with
// each other, with the workshop's names and, in the sandbox, with what the sandbox provides.
//
// Shape    AWS's own words are the same for several mistakes ("not authorized to perform:
//          sts:AssumeRole" for a wrong role, a wrong external id and a wrong trust policy), so the
//          settings decide. The finding is put before AWS's words; the hint becomes the fix.
// Secrets  the external id is shown masked.
// Source   protocols/segment.md 4.3, 4.4, 5.1.
#pragma once

#include "run.h"

#define DESTINATION_CHECK_DEFAULT_REGION "us-west-2" // Segment's, when the setting is empty

enum destination_check_call { DESTINATION_CHECK_ASSUME, DESTINATION_CHECK_INVOKE };

// The region the destination calls the function in.
struct str destination_check_region(const struct run *run);
// Changes `err`, the refusal, into cause and fix. Leaves it alone when the settings show no mistake.
void destination_check_explain(
    const struct run *run, enum destination_check_call call, struct error *err);
