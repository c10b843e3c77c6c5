// runtime_ric — AWS's own runtime interface client (aws-lambda-ric) attaches to the sandbox's Runtime API and
// serves shop_handler.js; invoked through the SDK, by deliveries, and watched in the logs.
'use strict';
const { spawn } = require('node:child_process');
const http = require('node:http');
const path = require('node:path');
const { assert, here, writeKey, case: test, run, until, own } = require('./support.cjs');
const lambda = require('@aws-sdk/client-lambda');
const logs = require('@aws-sdk/client-cloudwatch-logs');

const functions = new lambda.LambdaClient();
const watch = new logs.CloudWatchLogsClient();
const ARN = here.function_arn;
const NAME = ARN.split(':').pop();
const RIC = path.join(process.env.NODE_PATH, 'aws-lambda-ric', 'index.mjs');
const running = new Set();

// One execution environment as Lambda starts it: all its variables are the sandbox's, credentials of the
// execution role included, but for where our code lies.
let environment;
function attach(handler = 'shop_handler.handler') {
    const child = spawn(process.execPath, [RIC], { stdio: ['ignore', 'ignore', 'pipe'], env: {
        PATH: process.env.PATH, NODE_PATH: process.env.NODE_PATH, ...environment, _HANDLER: handler,
        LAMBDA_TASK_ROOT: __dirname, TRACKING_URL: here.url } });
    child.stderr.resume();
    child.ended = new Promise((resolve) => child.once('exit', (code, signal) => {
        running.delete(child);
        resolve({ code, signal });
    }));
    running.add(child);
    return child;
}
async function detach() {
    const all = [...running];
    for (const child of all) child.kill('SIGKILL');
    await Promise.all(all.map((child) => child.ended));
}
// Runs with so many environments, and takes them away again.
const attached = (count, body) => async () => {
    for (let i = 0; i < count; i++) attach();
    try {
        await body();
    } finally {
        await detach();
    }
};

async function invoke(event, more = {}) {
    const answer = await functions.send(new lambda.InvokeCommand({ FunctionName: NAME, LogType: 'Tail',
        Payload: JSON.stringify(event), ...more }));
    return { answer, error: answer.FunctionError, log: Buffer.from(answer.LogResult ?? '', 'base64').toString(),
        payload: answer.Payload.length ? JSON.parse(Buffer.from(answer.Payload).toString()) : undefined };
}
// The function's timeout, in whole seconds.
async function setTimeout_s(Timeout) {
    await functions.send(new lambda.UpdateFunctionConfigurationCommand({ FunctionName: NAME, Timeout }));
    await until('updated', async () => (await functions.send(
        new lambda.GetFunctionConfigurationCommand({ FunctionName: NAME }))).LastUpdateStatus === 'Successful');
}

test('what the handler returns is the payload, of any JSON type', attached(1, async () => {
    await setTimeout_s(30);
    for (const value of [{ a: [1, 'zwei', null] }, 'text', 7, true, null]) {
        const { answer, payload, error } = await invoke({ do: 'echo', value });
        assert.equal(error, undefined);
        assert.deepEqual(payload, value);
        assert.equal(answer.ExecutedVersion, '$LATEST');
    }
    assert.equal((await invoke({ do: 'large', size: 1_000_000 })).payload.length, 1_000_000);
}));

test('the context has the request id, the ARN as called, the client context and the time that is left', attached(1, async () => {
    const context = Buffer.from(JSON.stringify({ custom: { shop: 'x' } })).toString('base64');
    const { answer, payload } = await invoke({ do: 'context' }, { ClientContext: context, FunctionName: `${ARN}:$LATEST` });
    assert.equal(payload.requestId, answer.$metadata.requestId);
    assert.equal(payload.arn, `${ARN}:$LATEST`);
    assert.equal(payload.name, NAME);
    assert.deepEqual(payload.client, { custom: { shop: 'x' } });
    assert.ok(payload.left > 1000 && payload.left <= 30000, `${payload.left}`);
    assert.match(payload.trace, /^Root=1-/);
}));

test('one environment serves one after the other and keeps its memory', attached(1, async () => {
    for (let i = 1; i <= 3; i++) assert.equal((await invoke({ do: 'count' })).payload, i);
}));

test('three environments serve three at once: each waits in the handler for the others', attached(3, async () => {
    const waiting = [];
    const door = http.createServer((request, response) => {
        waiting.push(response);
        if (waiting.length === 3) for (const one of waiting) one.end('all here');
    });
    await new Promise((resolve) => door.listen(0, '127.0.0.1', resolve));
    const at = `http://127.0.0.1:${door.address().port}/`;
    const results = await Promise.all([1, 2, 3].map(() => invoke({ do: 'meet', at })));
    assert.deepEqual(results.map((result) => result.payload), ['all here', 'all here', 'all here']);
    door.close();
}));

test('an invocation waits for a runtime that is still starting', async () => {
    const promise = invoke({ do: 'echo', value: 'worth it' });
    attach();
    try {
        assert.equal((await promise).payload, 'worth it');
    } finally {
        await detach();
    }
});

test('what a handler throws is Unhandled, with its type, message and trace, and the next one is served', attached(1, async () => {
    const { answer, payload, error } = await invoke({ do: 'fail', text: 'no sku' });
    assert.equal(answer.StatusCode, 200);
    assert.equal(error, 'Unhandled');
    assert.equal(payload.errorType, 'TypeError');
    assert.equal(payload.errorMessage, 'no sku');
    assert.ok((payload.trace ?? payload.stackTrace).length > 1);
    assert.equal((await invoke({ do: 'echo', value: 1 })).payload, 1);
}));

test('a process that exits during an invocation is a Runtime.ExitError; another one serves the next', async () => {
    const first = attach();
    try {
        const { payload, error, log } = await invoke({ do: 'crash', status: 3 });
        assert.equal(error, 'Unhandled');
        assert.equal(payload.errorType, 'Runtime.ExitError');
        assert.match(payload.errorMessage, /^RequestId: [0-9a-f-]{36} Error: Runtime exited/);
        assert.match(log, /Runtime exited/);
        assert.deepEqual(await first.ended, { code: 3, signal: null });
        attach();
        assert.equal((await invoke({ do: 'echo', value: 2 })).payload, 2);
    } finally {
        await detach();
    }
});

test('a handler that hangs is cut off at the function\'s timeout, and its late environment is cold', attached(1, async () => {
    await setTimeout_s(1);
    const begun = performance.now();
    const { payload, error, log } = await invoke({ do: 'hang' });
    assert.ok(performance.now() - begun >= 950);
    assert.equal(error, 'Unhandled');
    assert.match(payload.errorMessage, /Task timed out after 1\.00 seconds/);
    assert.match(log, /Task timed out after 1\.00 seconds/);
    await detach();
    attach();
    await setTimeout_s(30);
    assert.equal((await invoke({ do: 'count' })).payload, 1);
}));

test('nobody there: the invocation times out', async () => {
    await setTimeout_s(1);
    const { payload, error } = await invoke({ do: 'echo', value: 1 });
    assert.equal(error, 'Unhandled');
    assert.match(payload.errorMessage, /timed out|Timeout/i);
    await setTimeout_s(30);
});

test('a function that fails while it is loaded: the init error reaches whoever invokes it', async () => {
    const promise = invoke({ do: 'echo', value: 1 });
    const child = attach('broken_handler.handler');
    const { payload, error } = await promise;
    assert.notEqual((await child.ended).code, 0);
    assert.equal(error, 'Unhandled');
    assert.equal(payload.errorType, 'RangeError');
    assert.equal(payload.errorMessage, 'connections_source_write_key is not set');
    // until one is there that loads, the error stands
    assert.equal((await invoke({ do: 'echo', value: 1 })).payload.errorType, 'RangeError');
    await attached(1, () => until('served again', async () => (await invoke({ do: 'echo', value: 3 })).payload === 3))();
});

test('log: START, END, REPORT in Tail and in CloudWatch', attached(1, async () => {
    const { answer, log } = await invoke({ do: 'echo', value: 1 });
    const id = answer.$metadata.requestId;
    assert.match(log, new RegExp(`^(INIT_START[^\n]*\n)?START RequestId: ${id} Version: \\$LATEST\n`));
    assert.match(log, new RegExp(`END RequestId: ${id}\nREPORT RequestId: ${id}\tDuration: [0-9.]+ ms\tBilled Duration: [0-9]+ ms`));
    const { events } = await watch.send(new logs.FilterLogEventsCommand({ logGroupName: `/aws/lambda/${NAME}`,
        filterPattern: `"RequestId: ${id}"` }));
    assert.deepEqual(events.map((event) => event.message.split(' ')[0]), ['START', 'END', 'REPORT']);
}));

test('Event invocations are served, too', attached(1, async () => {
    const answer = await functions.send(new lambda.InvokeCommand({ FunctionName: NAME, InvocationType: 'Event',
        Payload: JSON.stringify({ do: 'count' }) }));
    assert.equal(answer.StatusCode, 202);
    await until('it was served', async () => (await invoke({ do: 'count' })).payload >= 2);
}));

test('deliveries go through the function that was brought: the loop turns', attached(2, async () => {
    const send = async (messageId) => {
        const answer = await fetch(`${here.url}/v1/track`, { method: 'POST', headers: { 'Content-Type': 'application/json' },
            body: JSON.stringify({ writeKey: writeKey('website-prod'), userId: 'ric', anonymousId: 'ric-a', messageId,
                event: 'Product Clicked', properties: { sku: 'led-high-tops' } }) });
        assert.equal(answer.status, 200);
    };
    for (let i = 0; i < 10; i++) await send(`ric-${i}`);
    for (let i = 0; i < 10; i++) {
        const { deliveries } = await own(`deliveries?message_id=ric-${i}&wait=20000`);
        assert.equal(deliveries[0].status, 'delivered', JSON.stringify(deliveries));
        assert.equal(deliveries[0].payload, '{"recommended":5}');
    }
    const answer = await fetch(`${here.url}/v1/spaces/${here.profile_space_id}/collections/users/profiles/user_id:ric/traits?limit=100`,
        { headers: { Authorization: `Basic ${btoa(`${here.profile_api_token}:`)}` } });
    assert.equal((await answer.json()).traits.recommended_products.length, 5);
}));

test('a delivery that the function fails is told with its error', attached(1, async () => {
    const answer = await fetch(`${here.url}/v1/track`, { method: 'POST', headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ writeKey: writeKey('website-prod'), userId: 'ric', anonymousId: 'ric-a', messageId: 'ric-bad',
            event: 'Product Clicked', properties: null }) });
    assert.equal(answer.status, 200);
    const failed = await until('an attempt has failed', async () => {
        const { deliveries } = await own('deliveries?message_id=ric-bad');
        return deliveries.find((row) => row.function_error);
    });
    assert.equal(failed.function_error, 'Unhandled');
    assert.match(failed.payload, /TypeError/);
}));

own(`function-env?function=${NAME}`).then((variables) => {
    environment = variables;
    return run('aws-lambda-ric', detach);
});
