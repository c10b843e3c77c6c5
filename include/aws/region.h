// region — AWS regions and partitions as text.
//
// Threads  any.
// Source   botocore's partition table (protocols/aws.md 2.7).
#pragma once

#include "base/str.h"

struct region_partition {
    const char *name;   // "aws", "aws-cn" …
    const char *suffix; // "amazonaws.com"
    const char *prefix; // regions of this partition begin so; "" for the general one
};

// "eu-west-1": the shape only, not whether it exists.
bool region_is_valid(struct str region);
// Never NULL: unlisted regions belong to "aws".
const struct region_partition *region_partition(struct str region);
const struct region_partition *region_partition_named(struct str name); // NULL when unknown
bool region_has_personalize(struct str region);
