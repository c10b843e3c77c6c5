// delivery — see the header.
#include "delivery/delivery.h"

const char *delivery_target_name(enum delivery_target target) {
    return target == DELIVERY_SEGMENT ? "segment" : "personalize";
}
