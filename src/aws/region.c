// region — see the header.
#include "aws/region.h"

#include "base/attributes.h"

// Searched from the top: the general partition, whose prefix is empty, comes last.
static const struct region_partition partitions[] = {
    {.name = "aws-cn", .suffix = "amazonaws.com.cn", .prefix = "cn-"},
    {.name = "aws-us-gov", .suffix = "amazonaws.com", .prefix = "us-gov-"},
    {.name = "aws-iso-b", .suffix = "sc2s.sgov.gov", .prefix = "us-isob-"},
    {.name = "aws-iso-f", .suffix = "csp.hci.ic.gov", .prefix = "us-isof-"},
    {.name = "aws-iso-e", .suffix = "cloud.adc-e.uk", .prefix = "eu-isoe-"},
    {.name = "aws-iso", .suffix = "c2s.ic.gov", .prefix = "us-iso-"},
    {.name = "aws-eusc", .suffix = "amazonaws.eu", .prefix = "eusc-"},
    {.name = "aws", .suffix = "amazonaws.com", .prefix = ""},
};

static const char *const personalize_regions[] = {
    "ap-northeast-1", "ap-northeast-2", "ap-south-1", "ap-southeast-1",
    "ap-southeast-2", "ca-central-1",   "cn-north-1", "eu-central-1",
    "eu-west-1",      "us-east-1",      "us-east-2",  "us-west-2",
};

static bool is_word(struct str text) {
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < 'a' || text.ptr[i] > 'z') return false;
    }
    return text.len > 0;
}

// Words joined by '-', then a number: eu-west-1, us-gov-east-1, us-isob-east-1.
bool region_is_valid(struct str region) {
    size_t words = 0;
    struct str rest = region, part;
    while (str_split(rest, '-', &part, &rest)) {
        if (!is_word(part)) return false;
        if (words++ == 0 && part.len != 2 && !str_equal(part, STR("eusc"))) return false;
    }
    const bool is_number = part.len > 0 && part.len <= 2 && part.ptr[0] >= '1' &&
                           part.ptr[0] <= '9' &&
                           (part.len == 1 || (part.ptr[1] >= '0' && part.ptr[1] <= '9'));
    return is_number && (words == 2 || words == 3);
}

const struct region_partition *region_partition(struct str region) {
    for (size_t i = 0; i < ARRAY_COUNT(partitions); i++) {
        if (str_starts_with(region, str_from(partitions[i].prefix))) return &partitions[i];
    }
    return &partitions[ARRAY_COUNT(partitions) - 1];
}

const struct region_partition *region_partition_named(struct str name) {
    for (size_t i = 0; i < ARRAY_COUNT(partitions); i++) {
        if (str_equal(name, str_from(partitions[i].name))) return &partitions[i];
    }
    return NULL;
}

bool region_has_personalize(struct str region) {
    for (size_t i = 0; i < ARRAY_COUNT(personalize_regions); i++) {
        if (str_equal(region, str_from(personalize_regions[i]))) return true;
    }
    return false;
}
