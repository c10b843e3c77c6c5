// generator — names and plans; the models stand beside it.
#include "generator/generator.h"

const char *generator_model_name(enum generator_model model) {
    switch (model) {
#define X(value, name, help)                                                                       \
    case value: return name;
        GENERATOR_MODELS(X)
#undef X
    case GENERATOR_MODEL_COUNT: break;
    }
    return "unknown";
}

bool generator_model_parse(struct str text, enum generator_model *out) {
    for (int model = 0; model < GENERATOR_MODEL_COUNT; model++) {
        if (!str_equal(text, str_from(generator_model_name((enum generator_model)model)))) continue;
        *out = (enum generator_model)model;
        return true;
    }
    return false;
}

const char *generator_source_name(enum generator_source source) {
    switch (source) {
#define X(value, name)                                                                             \
    case value: return name;
        GENERATOR_SOURCES(X)
#undef X
    case GENERATOR_SOURCE_COUNT: break;
    }
    return "unknown";
}

bool generator_source_parse(struct str text, enum generator_source *out) {
    for (int source = 0; source < GENERATOR_SOURCE_COUNT; source++) {
        if (!str_equal(text, str_from(generator_source_name((enum generator_source)source))))
            continue;
        *out = (enum generator_source)source;
        return true;
    }
    return false;
}
