// segment_browser — @segment/analytics-next in headless Chromium, on a page of another origin than the sandbox.
//
// The page is http://shop.example:PORT, which the browser is told to look for on loopback: every call to the
// sandbox is a cross-origin one. What the sandbox got is read from its debugger.
'use strict';
const http = require('node:http');
const fs = require('node:fs');
const path = require('node:path');
const esbuild = require('esbuild');
const puppeteer = require('puppeteer-core');
const { assert, here, writeKey, case: test, run, own, withFault, ingested, until } = require('./support.cjs');

const KEY = writeKey('website-prod');
let browser, shop, origin;

async function open_shop() {
    const bundle = await esbuild.build({ entryPoints: [path.join(__dirname, 'segment_page.mjs')], bundle: true,
        write: false, format: 'iife', nodePaths: process.env.NODE_PATH.split(':'), logLevel: 'error' });
    const script = Buffer.from(bundle.outputFiles[0].contents);
    shop = http.createServer((request, response) => {
        if (request.url === '/shop.js') return response.writeHead(200, { 'Content-Type': 'text/javascript' }).end(script);
        if (request.url === '/favicon.ico') return response.writeHead(404).end();
        response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' })
            .end('<!doctype html><title>Shop</title><script src="/shop.js"></script><h1>Led high tops</h1>');
    });
    await new Promise((resolve) => shop.listen(0, '127.0.0.1', resolve));
    origin = `http://shop.example:${shop.address().port}`;
    browser = await puppeteer.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', headless: true,
        userDataDir: path.join(process.env.WORK, 'chromium'),
        args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu', '--no-first-run', '--disable-extensions',
            '--host-resolver-rules=MAP shop.example 127.0.0.1', '--disable-background-networking'] });
}

// A new visitor on the page: `body` gets the page and what went over the wire, preflights included.
async function visit(body, where = '/?utm_source=mail&utm_campaign=spring') {
    const context = await browser.createBrowserContext();
    try {
        const page = await context.newPage();
        const wire = { requests: [], responses: [], failures: [], console: [] };
        page.on('console', (message) => wire.console.push(message.text()));
        page.on('pageerror', (error) => wire.console.push(String(error)));
        const session = await page.createCDPSession();
        await session.send('Network.enable');
        session.on('Network.requestWillBeSent', ({ requestId, request, type, timestamp }) =>
            wire.requests.push({ requestId, type, method: request.method, url: request.url, headers: request.headers,
                body: request.postData, at: timestamp * 1000 }));
        session.on('Network.responseReceived', ({ requestId, response }) =>
            wire.responses.push({ requestId, url: response.url, status: response.status, headers: response.headers }));
        session.on('Network.loadingFailed', ({ requestId, errorText, corsErrorStatus }) =>
            wire.failures.push({ requestId, errorText, corsErrorStatus }));
        await page.goto(origin + where);
        await body(page, wire);
    } finally {
        await context.close();
    }
}

// Loads the SDK as the documentation says and makes one call of it; the message as it was delivered.
function load_and_call(page, calls, { settings = {}, options = {} } = {}) {
    return page.evaluate(async (given) => {
        const [analytics] = await window.AnalyticsBrowser.load(given.settings, given.options);
        window.loaded = analytics;
        const contexts = [];
        for (const [method, ...rest] of given.calls) {
            const context = await analytics[method](...rest);
            contexts.push({ event: context.event, failed: context.failedDelivery?.()?.reason?.message ?? null,
                attempts: context.attempts });
        }
        return contexts;
    }, { calls, options, settings: { writeKey: KEY, cdnURL: here.url, ...settings } });
}
const track = (sku) => ['track', 'Product Clicked', { sku }];

test('the page is of another origin, and the settings come from the sandbox', async () => {
    assert.notEqual(origin, here.url);
    await visit(async (page, wire) => {
        await load_and_call(page, []);
        const settings = wire.responses.find((response) => response.url === `${here.url}/v1/projects/${KEY}/settings`);
        assert.equal(settings.status, 200);
        const document = await page.evaluate(async (url) => (await fetch(url)).json(), settings.url);
        assert.equal(document.integrations['Segment.io'].apiKey, KEY);
        assert.equal(document.integrations['Segment.io'].apiHost, `${new URL(here.url).host}/v1`);
    });
});

test('a track is asked for before it is sent, then arrives with the page in its context', async () => {
    await visit(async (page, wire) => {
        const [{ event, failed }] = await load_and_call(page, [track('led-high-tops')]);
        assert.equal(failed, null);
        const url = `${here.url}/v1/t`;
        const answers = () => wire.responses.filter((response) => response.url === url);
        await until('both answers are seen', () => answers().length >= 2);
        assert.ok(wire.requests.some((request) => request.url === url && request.method === 'OPTIONS'),
            JSON.stringify(wire.requests.map((request) => [request.type, request.method, request.url])));
        const post = wire.requests.find((request) => request.url === url && request.method === 'POST');
        assert.equal(post.headers['Content-Type'] ?? post.headers['content-type'], 'text/plain');
        assert.ok(answers().every((response) => response.status === 200 || response.status === 204));
        const got = await ingested(event.messageId);
        assert.equal(got.type, 'track');
        assert.equal(got.discard_reason, null);
        assert.equal(got.source, 'website-prod');
        assert.match(got.raw.messageId, /^ajs-next-/);
        assert.equal(got.raw.channel, 'browser');
        assert.equal(got.raw.context.page.url, `${origin}/?utm_source=mail&utm_campaign=spring`);
        assert.deepEqual(got.raw.context.campaign, { source: 'mail', name: 'spring' });
        assert.match(got.raw.context.userAgent, /Chrome/);
        assert.match(got.raw.context.ip, /^[0-9a-f.:]+$/); // filled in on arrival
        assert.equal(got.raw.anonymousId.length, 36);
        assert.equal(got.user_id, null);
    });
});

test('all six calls of a visitor, who gets a recommendation', async () => {
    await visit(async (page) => {
        const contexts = await load_and_call(page, [
            ['identify', 'browser-user', { plan: 'gold' }], track('herschel-iona'), ['page', 'Catalogue', 'Home'],
            ['screen', 'Start'], ['group', 'g-browser', { name: 'Initech' }], ['alias', 'browser-user-2', 'browser-user']]);
        for (const { event } of contexts) assert.equal((await ingested(event.messageId)).type, event.type);
        const id = contexts[1].event.messageId;
        const { deliveries } = await own(`deliveries?message_id=${id}&wait=20000`);
        assert.equal(deliveries[0].status, 'delivered', JSON.stringify(deliveries));
        const answer = await fetch(`${here.url}/v1/spaces/${here.profile_space_id}/collections/users/profiles/user_id:browser-user/traits?limit=100`,
            { headers: { Authorization: `Basic ${btoa(`${here.profile_api_token}:`)}` } });
        const { traits } = await answer.json();
        assert.equal(traits.plan, 'gold');
        assert.equal(traits.recommended_products.length, 25);
    });
});

test('an unknown write key makes load fail, and only that', async () => {
    await visit(async (page) => {
        const said = await page.evaluate(async (settings) => {
            try {
                await window.AnalyticsBrowser.load(settings);
                return 'loaded';
            } catch (error) {
                return String(error);
            }
        }, { writeKey: 'x'.repeat(32), cdnURL: here.url });
        assert.notEqual(said, 'loaded');
    });
});

test('inline settings need no CDN; the sandbox takes the event all the same', async () => {
    await visit(async (page, wire) => {
        const [{ event }] = await load_and_call(page, [track('zipped-jacket')], { settings: {
            cdnSettings: { integrations: { 'Segment.io': { apiKey: KEY } } } },
        options: { integrations: { 'Segment.io': { apiHost: `${new URL(here.url).host}/v1`, protocol: 'http' } } } });
        await ingested(event.messageId);
        assert.ok(!wire.requests.some((request) => request.url.includes('/settings')));
    });
});

test('a 429 is read across origins and waited out; the second attempt says so', async () => {
    await visit(async (page, wire) => {
        await load_and_call(page, []);
        await withFault('tracking.track:throttle,retry-after=1,count=1', async () => {
            const id = await page.evaluate(async () => {
                const context = await window.loaded.track('Throttled');
                return context.event.messageId;
            });
            await ingested(id);
        });
        // the sandbox may be quicker to tell of the event than the browser of its request
        const seen = () => wire.requests.filter((request) => request.url === `${here.url}/v1/t` && request.method === 'POST');
        await until('both attempts are seen', () => seen().length >= 2);
        const posts = seen();
        assert.equal(posts.length, 2);
        assert.ok(posts[1].at - posts[0].at >= 900, `${posts[1].at - posts[0].at}`);
        assert.ok(!wire.failures.some((failure) => failure.corsErrorStatus), JSON.stringify(wire.failures));
        assert.equal(posts[1].headers['X-Retry-Count'] ?? posts[1].headers['x-retry-count'], '1');
    });
});

test('a 503 and a lost connection are retried, and the event is taken once', async () => {
    for (const spec of ['status=503', 'lose']) {
        await visit(async (page) => {
            await load_and_call(page, []);
            await withFault(`tracking.track:${spec},count=1`, async () => {
                const id = await page.evaluate(async () => (await window.loaded.track('Again')).event.messageId);
                await ingested(id);
            });
        });
    }
});

test('the batching strategy sends to /v1/b, each event with its key', async () => {
    await visit(async (page, wire) => {
        const ids = await page.evaluate(async (given) => {
            const [analytics] = await window.AnalyticsBrowser.load({ writeKey: given.key, cdnURL: given.url }, {
                integrations: { 'Segment.io': { protocol: 'http',
                    deliveryStrategy: { strategy: 'batching', config: { size: 3, timeout: 1000 } } } } });
            const contexts = await Promise.all([1, 2, 3].map((n) => analytics.track(`Batched ${n}`)));
            return contexts.map((context) => context.event.messageId);
        }, { key: KEY, url: here.url });
        for (const id of ids) assert.equal((await ingested(id)).type, 'track');
        const batch = await until('the batch is seen', () =>
            wire.requests.find((request) => request.url === `${here.url}/v1/b` && request.method === 'POST'));
        assert.equal(JSON.parse(batch.body).batch.length, 3);
        assert.ok(JSON.parse(batch.body).batch.every((event) => event.writeKey === KEY));
    });
});

test('what a page sends while it goes away arrives', async () => {
    await visit(async (page) => {
        const id = await page.evaluate(async (given) => {
            const [analytics] = await window.AnalyticsBrowser.load({ writeKey: given.key, cdnURL: given.url }, {
                integrations: { 'Segment.io': { protocol: 'http',
                    deliveryStrategy: { strategy: 'batching', config: { size: 100, timeout: 60000 } } } } });
            const messageId = 'ajs-next-leaving-1';
            analytics.track('Left', {}, { messageId });
            await new Promise((resolve) => analytics.queue.isEmpty?.() ? resolve() : setTimeout(resolve, 50));
            return messageId;
        }, { key: KEY, url: here.url });
        await page.goto('about:blank');
        const { events } = await own('debugger?limit=50');
        const left = events.find((event) => event.event === 'Left') ??
            (await until('it arrived', async () => (await own('debugger?limit=50')).events.find((event) => event.event === 'Left')));
        assert.equal(left.discard_reason, null, id);
    });
});

test('credentials: include needs the origin echoed', async () => {
    await visit(async (page) => {
        const status = await page.evaluate(async (given) => {
            const answer = await fetch(`${given.url}/v1/t`, { method: 'POST', credentials: 'include',
                headers: { 'Content-Type': 'text/plain', Authorization: `Basic ${btoa(`${given.key}:`)}` },
                body: JSON.stringify({ type: 'track', event: 'With credentials', anonymousId: 'a', messageId: 'cred-1' }) });
            return answer.status;
        }, { key: KEY, url: here.url });
        assert.equal(status, 200);
        await ingested('cred-1');
    });
});

test('the Profile API is closed to pages', async () => {
    await visit(async (page) => {
        const said = await page.evaluate(async (given) => {
            try {
                await fetch(given.url, { headers: { Authorization: given.authorization } });
                return 'open';
            } catch (error) {
                return error.name;
            }
        }, { url: `${here.url}/v1/spaces/${here.profile_space_id}/collections/users/profiles/user_id:u/traits`,
            authorization: `Basic ${btoa(`${here.profile_api_token}:`)}` });
        assert.equal(said, 'TypeError');
    });
});

test('a pixel in a mail is an image, and a track', async () => {
    await visit(async (page) => {
        const data = Buffer.from(JSON.stringify({ writeKey: KEY, event: 'Email Opened', userId: 'pixel', messageId: 'pixel-1' })).toString('base64');
        const size = await page.evaluate((url) => new Promise((resolve, reject) => {
            const image = new Image();
            image.onload = () => resolve([image.naturalWidth, image.naturalHeight]);
            image.onerror = () => reject(new Error('no image'));
            image.src = url;
        }), `${here.url}/v1/pixel/track?data=${encodeURIComponent(data)}`);
        assert.deepEqual(size, [1, 1]);
        assert.equal((await ingested('pixel-1')).event, 'Email Opened');
    });
});

open_shop().then(() => run('@segment/analytics-next in Chromium', async () => {
    await browser.close();
    shop.close();
}), (error) => {
    console.error(error);
    process.exit(1);
});
