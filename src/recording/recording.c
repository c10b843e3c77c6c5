// recording — see the header.
#include "recording/recording.h"

_Static_assert(RECORDING_VERSION > 0, "a recording says its version");
