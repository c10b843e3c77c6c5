// support — what the programs for node begin with: the sandbox's identities and a table of cases.
//
// AWS's clients are made as a program against the cloud makes them, without an option: region, endpoint and
// keys come from the environment. A case is a sentence and a function; run() runs them all in order, each
// whatever became of the others, and ends with 1 when one failed.
'use strict';
const assert = require('node:assert/strict');
const fs = require('node:fs');

const here = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'));
const cases = [];

function writeKey(source) {
    return here[`write_keys.${source}`] ?? here.write_keys[source];
}

const add = (sentence, body) => cases.push({ sentence, body });

async function run(name, cleanUp = async () => {}) {
    let failed = 0;
    for (const { sentence, body } of cases) {
        try {
            await body();
        } catch (error) {
            failed++;
            console.error(`FAILED ${sentence}\n${error.stack}`, error.$metadata ?? '');
        }
    }
    await cleanUp();
    console.log(`${name}: ${cases.length - failed} passed, ${failed} failed`);
    process.exit(failed ? 1 : 0);
}

// The promise is rejected with an error of this name, status and a text with this part; of this class, when
// the package exports one.
async function refused(promise, { name, status = 400, part = '', type }) {
    let answer;
    try {
        answer = await promise;
    } catch (error) {
        assert.equal(`${error.name} ${error.$metadata?.httpStatusCode}`, `${name} ${status}`, error.stack);
        assert.ok(error.message.includes(part), `"${part}" is not in "${error.message}"`);
        assert.match(error.$metadata.requestId, /^[0-9a-f-]{36}$/);
        if (type) assert.ok(error instanceof type, `not of class ${type.name}`);
        return error;
    }
    assert.fail(`not refused with ${name}: ${JSON.stringify(answer)}`);
}

// Asks until the answer is true: for what happens on the other side, soon.
async function until(what, question, seconds = 20) {
    const deadline = performance.now() + seconds * 1000;
    for (;;) {
        const answer = await question();
        if (answer) return answer;
        assert.ok(performance.now() < deadline, `never: ${what}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
    }
}

// A route of the sandbox's own; must succeed.
async function own(path, method = 'GET', body = undefined) {
    const answer = await fetch(`${here.url}/_recloop/${path}`, { method, body: body && JSON.stringify(body) });
    const text = await answer.text();
    assert.equal(answer.status, 200, text);
    return JSON.parse(text);
}
const fault = (spec) => own('faults', 'PUT', { spec });
const noFaults = () => own('faults', 'DELETE');
async function withFault(spec, body) {
    await fault(spec);
    try {
        return await body();
    } finally {
        await noFaults();
    }
}

// The message as the sandbox ingested it, waiting for it when it is still on its way.
async function ingested(messageId) {
    const { events } = await own(`debugger?message_id=${encodeURIComponent(messageId)}&wait=20000`);
    assert.equal(events.length, 1, `${messageId}: ${JSON.stringify(events)}`);
    return events[0];
}

module.exports = { assert, here, writeKey, case: add, run, refused, until, own, fault, noFaults, withFault, ingested };
