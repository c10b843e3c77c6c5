// functions — the AWS SDK for JavaScript v3: Lambda and its logs.
'use strict';
const zlib = require('node:zlib');
const crypto = require('node:crypto');
const { assert, here, case: test, run, refused, until, own, withFault } = require('./support.cjs');
const lambda = require('@aws-sdk/client-lambda');
const logs = require('@aws-sdk/client-cloudwatch-logs');

const functions = new lambda.LambdaClient();
const watch = new logs.CloudWatchLogsClient();
const ARN = here.function_arn;
const NAME = ARN.split(':').pop();
const GROUP = `/aws/lambda/${NAME}`;
const message = (more) => JSON.stringify({ type: 'track', event: 'Product Clicked', userId: 'js-l', anonymousId: 'js-l',
    messageId: 'js-l-1', timestamp: '2026-01-05T10:00:00.000Z', properties: { sku: 'silk-summer-top' }, ...more });
const invoke = (more, client = functions) =>
    client.send(new lambda.InvokeCommand({ FunctionName: NAME, Payload: message(), ...more }));
const textOf = (answer) => Buffer.from(answer.Payload).toString();

// A zip of one stored file, as small as they come: node has none.
function archive(name, text) {
    const body = Buffer.from(text), file = Buffer.from(name);
    const crc = zlib.crc32 ? zlib.crc32(body) : crc32(body);
    const local = Buffer.alloc(30), central = Buffer.alloc(46), end = Buffer.alloc(22);
    local.writeUInt32LE(0x04034b50, 0); local.writeUInt16LE(20, 4); local.writeUInt32LE(crc, 14);
    local.writeUInt32LE(body.length, 18); local.writeUInt32LE(body.length, 22); local.writeUInt16LE(file.length, 26);
    central.writeUInt32LE(0x02014b50, 0); central.writeUInt16LE(0x0314, 4); central.writeUInt16LE(20, 6);
    central.writeUInt32LE(crc, 16); central.writeUInt32LE(body.length, 20); central.writeUInt32LE(body.length, 24);
    central.writeUInt16LE(file.length, 28); central.writeUInt32LE(((0o100755 << 16) >>> 0), 38);
    const offset = local.length + file.length + body.length;
    end.writeUInt32LE(0x06054b50, 0); end.writeUInt16LE(1, 8); end.writeUInt16LE(1, 10);
    end.writeUInt32LE(central.length + file.length, 12); end.writeUInt32LE(offset, 16);
    return Buffer.concat([local, file, body, central, file, end]);
}
function crc32(bytes) {
    let crc = ~0;
    for (const byte of bytes) {
        crc ^= byte;
        for (let i = 0; i < 8; i++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
    }
    return ~crc >>> 0;
}
const ZIP = archive('bootstrap', '#!/bin/sh\nexit 0\n');

test('an invocation with the end of its log', async () => {
    const answer = await invoke({ LogType: 'Tail' });
    assert.equal(answer.StatusCode, 200);
    assert.equal(answer.FunctionError, undefined);
    assert.equal(answer.ExecutedVersion, '$LATEST');
    assert.equal(textOf(answer), 'null');
    const log = Buffer.from(answer.LogResult, 'base64').toString();
    assert.ok(log.startsWith(`START RequestId: ${answer.$metadata.requestId} Version: $LATEST\n`), log);
});

test('names, partial and full ARNs, a qualifier', async () => {
    for (const form of [NAME, `${NAME}:$LATEST`, `${here.account}:function:${NAME}`, ARN, `${ARN}:$LATEST`])
        assert.equal((await invoke({ FunctionName: form })).StatusCode, 200, form);
    assert.equal((await invoke({ Qualifier: '$LATEST' })).StatusCode, 200);
});

test('Event and DryRun', async () => {
    assert.equal((await invoke({ InvocationType: 'DryRun' })).StatusCode, 204);
    assert.equal((await invoke({ InvocationType: 'Event', Payload: message({ userId: 'js-event', messageId: 'js-e' }) })).StatusCode, 202);
    await until('the event was handled', async () => (await own('profile?user_id=js-event')).sequence > 0);
});

test('a function that fails is no failed request', async () => {
    const answer = await withFault(`function.${NAME}:crash`, () => invoke());
    assert.equal(answer.StatusCode, 200);
    assert.equal(answer.FunctionError, 'Unhandled');
    assert.equal(JSON.parse(textOf(answer)).errorType, 'Runtime.ExitError');
});

test('refusals are the classes of the package', async () => {
    await refused(invoke({ FunctionName: 'none' }), { name: 'ResourceNotFoundException', status: 404,
        part: `Function not found: arn:aws:lambda:${here.region}:${here.account}:function:none`, type: lambda.ResourceNotFoundException });
    await refused(invoke({ Payload: 'not json' }), { name: 'InvalidRequestContentException', type: lambda.InvalidRequestContentException });
    const keys = { accessKeyId: here.access_key_id, secretAccessKey: 'wrong' };
    await refused(invoke({}, new lambda.LambdaClient({ credentials: keys })), { name: 'InvalidSignatureException', status: 403 });
});

test('throttling: retried with patience, else a TooManyRequestsException with its reason', async () => {
    const patient = new lambda.LambdaClient({ maxAttempts: 3 });
    const answer = await withFault('lambda.Invoke:throttle,count=2', () => invoke({}, patient));
    assert.equal(answer.$metadata.attempts, 3);
    const error = await withFault('lambda.Invoke:throttle,retry-after=1,count=1', () =>
        refused(invoke(), { name: 'TooManyRequestsException', status: 429, type: lambda.TooManyRequestsException }));
    assert.equal(error.retryAfterSeconds, '1');
    assert.ok(error.Reason, JSON.stringify(error));
});

test('functions page by page', async () => {
    const arns = [];
    for await (const page of lambda.paginateListFunctions({ client: functions, pageSize: 1 }, {}))
        arns.push(...page.Functions.map((row) => row.FunctionArn));
    assert.ok(arns.includes(ARN) && arns.includes(here.endpoint_function_arn));
    assert.equal(new Set(arns).size, arns.length);
});

test('a function is made, waited for, changed and removed', async () => {
    const made = await functions.send(new lambda.CreateFunctionCommand({ FunctionName: 'js-mine', Role: here.execution_role_arn,
        Runtime: 'provided.al2023', Handler: 'bootstrap', Code: { ZipFile: ZIP }, Environment: { Variables: { ONE: '1' } } }));
    assert.equal(made.$metadata.httpStatusCode, 201);
    assert.equal(made.CodeSha256, crypto.createHash('sha256').update(ZIP).digest('base64'));
    const wait = { client: functions, maxWaitTime: 30, minDelay: 1, maxDelay: 1 };
    const target = { FunctionName: 'js-mine' };
    assert.equal((await lambda.waitUntilFunctionActiveV2(wait, target)).state, 'SUCCESS');
    const changed = await functions.send(new lambda.UpdateFunctionConfigurationCommand({ ...target, Timeout: 11,
        Environment: { Variables: { TWO: '2' } }, RevisionId: undefined }));
    assert.deepEqual(changed.Environment.Variables, { TWO: '2' });
    assert.equal((await lambda.waitUntilFunctionUpdatedV2(wait, target)).state, 'SUCCESS');
    await refused(functions.send(new lambda.UpdateFunctionConfigurationCommand({ ...target, Timeout: 3, RevisionId: made.RevisionId })),
        { name: 'PreconditionFailedException', status: 412, type: lambda.PreconditionFailedException });
    await functions.send(new lambda.UpdateFunctionCodeCommand({ ...target, ZipFile: ZIP }));
    await lambda.waitUntilFunctionUpdatedV2(wait, target);
    assert.equal((await functions.send(new lambda.GetFunctionCommand(target))).Configuration.Timeout, 11);
    assert.equal((await functions.send(new lambda.DeleteFunctionCommand(target))).$metadata.httpStatusCode, 204);
    await refused(functions.send(new lambda.GetFunctionCommand(target)),
        { name: 'ResourceNotFoundException', status: 404, type: lambda.ResourceNotFoundException });
});

test('the log of an invocation, found by its request id and page by page', async () => {
    const { $metadata: { requestId } } = await invoke();
    const lines = [];
    for await (const page of logs.paginateFilterLogEvents({ client: watch, pageSize: 2 },
        { logGroupName: GROUP, filterPattern: `"RequestId: ${requestId}"` })) {
        assert.ok(page.events.length <= 2);
        lines.push(...page.events.map((event) => event.message.split(' ')[0]));
    }
    assert.deepEqual(lines, ['START', 'END', 'REPORT']);
    const { logStreams } = await watch.send(new logs.DescribeLogStreamsCommand({ logGroupName: GROUP }));
    const got = await watch.send(new logs.GetLogEventsCommand({ logGroupName: GROUP,
        logStreamName: logStreams[0].logStreamName, startFromHead: true }));
    assert.ok(got.events.length && got.nextForwardToken && got.nextBackwardToken);
    await refused(watch.send(new logs.FilterLogEventsCommand({ logGroupName: '/aws/lambda/none' })),
        { name: 'ResourceNotFoundException', type: logs.ResourceNotFoundException });
});

test('a clock that is wrong by twenty minutes is corrected by the SDK', async () => {
    const client = new lambda.LambdaClient({ maxAttempts: 3 });
    await withFault('lambda:skew=20m', async () => {
        const answer = await invoke({}, client);
        assert.equal(answer.$metadata.attempts, 2);
    });
});

run('AWS SDK for JavaScript, Lambda and Logs');
