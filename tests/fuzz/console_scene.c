// Scenes, whoever wrote them: read whole or refused with a place; what was read is within its bounds.
#include "base/memory.h"
#include "console/pane.h"
#include "console/scene.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct scene scene = {0};
    struct error err = {0};
    if (!scene_parse(STR("a"), fuzz_text(data, size), &scene, &err)) {
        ASSERT(err.code == ERROR_CONFIG && str_starts_with(str_from(err.message), STR("a:")));
        ASSERT(!scene.steps);
        return 0;
    }
    ASSERT(scene.count <= SCENE_STEPS_MAX);
    for (size_t i = 0; i < scene.count; i++) {
        const struct scene_step *step = &scene.steps[i];
        const bool has_text = step->kind == SCENE_TYPE || step->kind == SCENE_USER ||
                              step->kind == SCENE_WAIT_EVENT || step->kind == SCENE_SAY;
        ASSERT(has_text == (step->text != NULL));
        ASSERT(!has_text || str_is_utf8(str_from(step->text)));
        ASSERT(step->ms >= 0 && step->ms <= SCENE_MS_MOST);
        ASSERT(step->pane >= 0 && step->pane < PANE_COUNT);
        ASSERT(step->line > 0 && (i == 0 || step->line >= scene.steps[i - 1].line));
    }
    scene_release(&scene);
    return 0;
}
