// color — colours as numbers: the 256 of terminals, contrast, and what colour-blind eyes make of them.
//
// Shape    a colour is 0xRRGGBB in sRGB.
// Source   WCAG 2.1 (relative luminance, contrast ratio); Viénot, Brettel and Mollon 1999 (dichromats);
//          xterm's 256 colours, of which the first 16 are whatever somebody likes and are never chosen.
// Threads  any.
#pragma once

#include <stdint.h>

enum color_eyes { COLOR_EYES_ALL, COLOR_EYES_PROTANOPE, COLOR_EYES_DEUTERANOPE };

double color_contrast(uint32_t left, uint32_t right); // 1 to 21
int color_nearest_256(uint32_t color);                // 16 to 255
uint32_t color_of_256(int index);                     // 0 to 15: xterm's own
uint32_t color_seen_by(uint32_t color, enum color_eyes eyes);
double color_difference(uint32_t left, uint32_t right); // CIE 1976, in Lab; 2.3 is just noticeable
