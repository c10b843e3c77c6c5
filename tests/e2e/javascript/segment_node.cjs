// segment_node — @segment/analytics-node against the sandbox: only its `host` differs from production.
'use strict';
const crypto = require('node:crypto');
const { Analytics } = require('@segment/analytics-node');
const { assert, here, writeKey, case: test, run, own, withFault, ingested } = require('./support.cjs');

const KEY = writeKey('website-prod');

// One client, closed after use; its requests, answers and errors as it tells them.
async function withAnalytics(settings, body) {
    const analytics = new Analytics({ writeKey: KEY, host: here.url, flushAt: 1, ...settings });
    const seen = { requests: [], responses: [], errors: [] };
    analytics.on('http_request', (request) => seen.requests.push({ ...request, at: performance.now() }));
    analytics.on('http_response', (response) => seen.responses.push(response));
    analytics.on('error', (error) => seen.errors.push(error));
    await body(analytics, seen);
    await analytics.closeAndFlush();
    return seen;
}

// One call, delivered: the context it was delivered with.
function call(analytics, method, message) {
    return new Promise((resolve, reject) => {
        analytics[method](message, (error, context) => (error ? reject(error) : resolve(context)));
    });
}

test('each of the six calls arrives as what it is', async () => {
    const ids = {};
    await withAnalytics({}, async (analytics) => {
        const one = async (method, message) => { ids[method] = (await call(analytics, method, message)).event.messageId; };
        await one('track', { userId: 'node', event: 'Product Clicked', properties: { sku: 'led-high-tops' } });
        await one('identify', { userId: 'node', traits: { plan: 'gold', email: 'node@example.com' } });
        await one('page', { userId: 'node', name: 'Home', properties: { url: 'http://shop.example/' } });
        await one('screen', { anonymousId: 'node-anon', name: 'Start' });
        await one('group', { userId: 'node', groupId: 'g-1', traits: { name: 'Initech' } });
        await one('alias', { userId: 'node', previousId: 'node-anon' });
    });
    for (const [method, id] of Object.entries(ids)) {
        const event = await ingested(id);
        assert.equal(event.type, method);
        assert.equal(event.source, 'website-prod');
        assert.equal(event.discard_reason, null);
        assert.equal(event.raw.context.library.name, '@segment/analytics-node');
        assert.match(event.raw.messageId, /^node-next-/);
        assert.equal(event.raw.version, 2);
        for (const time of ['timestamp', 'originalTimestamp', 'sentAt', 'receivedAt'])
            assert.match(event.raw[time], /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/, time);
    }
});

test('the track call turns the whole loop: a recommendation is on the profile', async () => {
    let id;
    await withAnalytics({}, async (analytics) => {
        id = (await call(analytics, 'track', { userId: 'node-loop', anonymousId: 'node-loop-a', event: 'Product Clicked',
            properties: { sku: 'led-high-tops' } })).event.messageId;
    });
    const { deliveries } = await own(`deliveries?message_id=${id}&wait=20000`);
    assert.equal(deliveries[0].status, 'delivered', JSON.stringify(deliveries));
    const answer = await fetch(`${here.url}/v1/spaces/${here.profile_space_id}/collections/users/profiles/user_id:node-loop/traits?limit=100`,
        { headers: { Authorization: `Basic ${btoa(`${here.profile_api_token}:`)}` } });
    const { traits } = await answer.json();
    assert.equal(traits.recommended_products.length, 25);
});

test('fifteen events make one batch, the flush sends the rest', async () => {
    const seen = await withAnalytics({ flushAt: 15 }, async (analytics) => {
        for (let i = 0; i < 20; i++) analytics.track({ userId: 'node-batch', event: `Event ${i}` });
    });
    assert.deepEqual(seen.requests.map((request) => JSON.parse(request.body).batch.length).sort((a, b) => a - b), [5, 15]);
    assert.ok(seen.responses.every((response) => response.status === 200));
    const first = await ingested(JSON.parse(seen.requests[0].body).batch[0].messageId);
    const last = await ingested(JSON.parse(seen.requests[0].body).batch[14].messageId);
    if (seen.requests[0].body.length) assert.equal(first.received_at, last.received_at); // of one batch
});

test('a repeated messageId is taken once', async () => {
    const before = (await own('debugger?source=android-prod&limit=500')).events.length;
    await withAnalytics({ writeKey: writeKey('android-prod') }, async (analytics) => {
        for (let i = 0; i < 3; i++) analytics.track({ userId: 'node-twice', event: 'Twice', messageId: 'node-twice-1' });
    });
    assert.equal((await own('debugger?source=android-prod&limit=500')).events.length, before + 1);
});

test('a batch has its integrations and context per message', async () => {
    let id;
    await withAnalytics({}, async (analytics) => {
        id = (await call(analytics, 'track', { userId: 'node-i', anonymousId: 'a', event: 'Product Clicked', properties: { sku: 'led-high-tops' },
            integrations: { All: true, 'Amazon Personalize': false }, context: { ip: '192.0.2.1' } })).event.messageId;
    });
    const { deliveries } = await own(`deliveries?message_id=${id}&wait=20000`);
    assert.equal(deliveries[0].code, 'FILTERED_BY_INTEGRATIONS_OBJECT');
    assert.equal((await ingested(id)).raw.context.ip, '192.0.2.1');
});

test('an unknown write key is a success that leads nowhere', async () => {
    const seen = await withAnalytics({ writeKey: 'x'.repeat(32) }, (analytics) => call(analytics, 'track', { userId: 'u', event: 'Lost' }));
    assert.equal(seen.responses[0].status, 200);
    assert.equal(seen.errors.length, 0);
    const { events } = await own(`debugger?message_id=${JSON.parse(seen.requests[0].body).batch[0].messageId}`);
    assert.equal(events.length, 0);
});

test('a 429 is waited out as its Retry-After says, and not counted as a retry', async () => {
    await withFault('tracking:throttle,retry-after=1,count=1', async () => {
        const seen = await withAnalytics({ maxRetries: 0 }, (analytics) => call(analytics, 'track', { userId: 'node-429', event: 'Late' }));
        assert.deepEqual(seen.responses.map((response) => response.status), [429, 200]);
        assert.equal(seen.responses[0].headers['retry-after'], '1');
        assert.equal(seen.responses[0].headers['x-ratelimit-reset'], '1');
        assert.ok(seen.requests[1].at - seen.requests[0].at >= 990);
        assert.equal(seen.requests[1].headers['X-Retry-Count'], '1');
    });
});

test('5xx and lost connections are retried, and the event is taken once', async () => {
    for (const spec of ['status=503', 'status=500', 'drop', 'lose']) {
        await withFault(`tracking:${spec},count=1`, async () => {
            const seen = await withAnalytics({ maxRetries: 2 }, (analytics) => call(analytics, 'track', { userId: `node-${spec}`, event: 'Again' }));
            assert.equal(seen.requests.length, 2, spec);
            assert.equal(seen.errors.length, 0, spec);
            await ingested(JSON.parse(seen.requests[0].body).batch[0].messageId);
        });
    }
});

test('a 400 is given up at once: a message above 32 KB that the SDK lets through', async () => {
    const seen = await withAnalytics({}, (analytics) => new Promise((resolve) => {
        analytics.track({ userId: 'node-big', event: 'Big', properties: { text: 'a'.repeat(40000) } }, () => resolve());
    }));
    assert.equal(seen.responses.length, 1);
    assert.equal(seen.responses[0].status, 400);
    assert.equal(seen.errors.length, 1);
});

test('OAuth: a token for a signed assertion, then batches with it', async () => {
    const { privateKey } = crypto.generateKeyPairSync('rsa', { modulusLength: 2048,
        privateKeyEncoding: { type: 'pkcs8', format: 'pem' }, publicKeyEncoding: { type: 'spki', format: 'pem' } });
    const oauthSettings = { clientId: 'app-1', clientKey: privateKey, keyId: 'key-1', authServer: here.url, scope: 'tracking_api:write' };
    const seen = await withAnalytics({ oauthSettings }, (analytics) => call(analytics, 'track', { userId: 'node-oauth', event: 'Signed' }));
    assert.match(seen.requests.at(-1).headers.Authorization, /^Bearer /);
    assert.equal(seen.responses.at(-1).status, 200);
    await ingested(JSON.parse(seen.requests.at(-1).body).batch[0].messageId);
});

test('fire and forget: everything is there after closeAndFlush', async () => {
    const count = 1000;
    const before = (await own('health')).events;
    await withAnalytics({ flushAt: 100 }, async (analytics) => {
        for (let i = 0; i < count; i++) analytics.track({ userId: `node-many-${i % 10}`, event: 'Many' });
    });
    assert.equal((await own('health')).events, before + count);
});

run('@segment/analytics-node');
