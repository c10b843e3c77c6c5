// browser_routes — what pages and mails load with GET: the pixel, and the settings document of the CDN.
//
// Pixel    always 200 and the image, whatever came of the message: the debugger has the reason.
// Settings of a known write key; else 404, the only place where an SDK notices a wrong key.
// Threads  the sandbox's.
// Source   segment.md 1.1, 1.7.
#pragma once

#include "routes.h"

enum server_verdict browser_routes_get_pixel(struct cloud *cloud, struct exchange *exchange);
enum server_verdict browser_routes_get_settings(struct cloud *cloud, struct exchange *exchange);
