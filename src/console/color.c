// color — see the header.
#include "console/color.h"

#include "base/attributes.h"

#include <math.h>

struct linear {
    double red, green, blue;
};

static double to_linear(uint32_t channel) {
    const double value = channel / 255.0;
    return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4);
}

static uint32_t from_linear(double value) {
    if (value < 0) value = 0;
    if (value > 1) value = 1;
    const double channel = value <= 0.0031308 ? value * 12.92 : 1.055 * pow(value, 1 / 2.4) - 0.055;
    return (uint32_t)(channel * 255.0 + 0.5);
}

static struct linear linear_of(uint32_t color) {
    return (struct linear){
        .red = to_linear(color >> 16 & 0xFF),
        .green = to_linear(color >> 8 & 0xFF),
        .blue = to_linear(color & 0xFF),
    };
}

static double luminance(uint32_t color) {
    const struct linear linear = linear_of(color);
    return 0.2126 * linear.red + 0.7152 * linear.green + 0.0722 * linear.blue;
}

double color_contrast(uint32_t left, uint32_t right) {
    const double a = luminance(left), b = luminance(right);
    return (fmax(a, b) + 0.05) / (fmin(a, b) + 0.05);
}

static const uint32_t first_16[] = {
    0x000000, 0xCD0000, 0x00CD00, 0xCDCD00, 0x0000EE, 0xCD00CD, 0x00CDCD, 0xE5E5E5,
    0x7F7F7F, 0xFF0000, 0x00FF00, 0xFFFF00, 0x5C5CFF, 0xFF00FF, 0x00FFFF, 0xFFFFFF,
};
static const uint32_t steps[] = {0, 95, 135, 175, 215, 255};

uint32_t color_of_256(int index) {
    ASSERT(index >= 0 && index < 256);
    const uint32_t at = (uint32_t)index;
    if (at < 16) return first_16[at];
    if (at >= 232) {
        const uint32_t gray = 8 + (at - 232) * 10;
        return gray << 16 | gray << 8 | gray;
    }
    const uint32_t cube = at - 16;
    return steps[cube / 36] << 16 | steps[cube / 6 % 6] << 8 | steps[cube % 6];
}

static int distance_of(uint32_t left, uint32_t right) {
    const int red = (int)(left >> 16 & 0xFF) - (int)(right >> 16 & 0xFF);
    const int green = (int)(left >> 8 & 0xFF) - (int)(right >> 8 & 0xFF);
    const int blue = (int)(left & 0xFF) - (int)(right & 0xFF);
    return 3 * red * red + 6 * green * green + blue * blue; // about as eyes weigh them
}

int color_nearest_256(uint32_t color) {
    int best = 16;
    for (int index = 17; index < 256; index++) {
        if (distance_of(color, color_of_256(index)) < distance_of(color, color_of_256(best)))
            best = index;
    }
    return best;
}

// Red and green become one; which one depends on what is missing.
uint32_t color_seen_by(uint32_t color, enum color_eyes eyes) {
    const struct linear all = linear_of(color);
    struct linear seen = all;
    if (eyes == COLOR_EYES_ALL) return color;
    if (eyes == COLOR_EYES_PROTANOPE) {
        seen.red = 0.11238 * all.red + 0.88762 * all.green;
        seen.green = seen.red;
        seen.blue = 0.00401 * all.red - 0.00401 * all.green + all.blue;
    } else {
        seen.red = 0.29275 * all.red + 0.70725 * all.green;
        seen.green = seen.red;
        seen.blue = -0.02234 * all.red + 0.02234 * all.green + all.blue;
    }
    return from_linear(seen.red) << 16 | from_linear(seen.green) << 8 | from_linear(seen.blue);
}

static double lab_curve(double value) {
    return value > 0.008856 ? cbrt(value) : 7.787 * value + 16.0 / 116.0;
}

double color_difference(uint32_t left, uint32_t right) {
    double lab[2][3];
    const uint32_t colors[] = {left, right};
    for (int i = 0; i < 2; i++) {
        const struct linear rgb = linear_of(colors[i]);
        const double x =
            lab_curve((0.4124 * rgb.red + 0.3576 * rgb.green + 0.1805 * rgb.blue) / 0.95047);
        const double y = lab_curve(0.2126 * rgb.red + 0.7152 * rgb.green + 0.0722 * rgb.blue);
        const double z =
            lab_curve((0.0193 * rgb.red + 0.1192 * rgb.green + 0.9505 * rgb.blue) / 1.08883);
        lab[i][0] = 116 * y - 16;
        lab[i][1] = 500 * (x - y);
        lab[i][2] = 200 * (y - z);
    }
    const double l = lab[0][0] - lab[1][0], a = lab[0][1] - lab[1][1], b = lab[0][2] - lab[1][2];
    return sqrt(l * l + a * a + b * b);
}
