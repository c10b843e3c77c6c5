// feature — the list of them.
#include "console/feature.h"

#include "console/composer.h"
#include "console/journey_screen.h"
#include "console/keeper.h"
#include "console/lists.h"
#include "console/meter.h"
#include "console/narrow.h"
#include "console/output.h"
#include "console/player.h"
#include "console/presenter.h"
#include "console/prompt.h"
#include "console/request_log.h"
#include "console/setup.h"
#include "console/stream_controls.h"
#include "console/stream_filter.h"
#include "console/trait_history.h"
#include "console/waiting.h"

// Each is declared in the header of its state. One a line (the comments keep them so).
static const struct feature *const features[] = {
    &composer_feature,        //
    &journey_screen_feature,  //
    &keeper_feature,          //
    &lists_feature,           //
    &meter_feature,           //
    &narrow_feature,          //
    &output_feature,          //
    &prompt_feature,          //
    &setup_feature,           //
    &stream_controls_feature, //
    &stream_filter_feature,   //
    &request_log_feature,     //
    &trait_history_feature,   //
    &waiting_feature,         //
    &player_feature,          //
    &presenter_feature,       //
    NULL,                     // ends the list
};

const struct feature *const *feature_all(size_t *out_count) {
    *out_count = ARRAY_COUNT(features) - 1;
    return features;
}
