// shop_handler — a function as somebody would bring it: Lambda's own runtime interface client loads it, it talks
// to AWS with the official SDK, and has nothing of recloop in it. What it does is in the event.
'use strict';
const { PersonalizeEventsClient, PutEventsCommand } = require('@aws-sdk/client-personalize-events');
const { PersonalizeRuntimeClient, GetRecommendationsCommand } = require('@aws-sdk/client-personalize-runtime');

const events = new PersonalizeEventsClient();
const runtime = new PersonalizeRuntimeClient();
let calls = 0;

// Exercise 4 of the workshop: tell Personalize, ask it, write the answer to the profile.
async function recommend(message) {
    await events.send(new PutEventsCommand({ trackingId: process.env.personalize_tracking_id, userId: message.userId,
        sessionId: message.anonymousId, eventList: [{ eventId: message.messageId, eventType: message.event,
            itemId: message.properties.sku, sentAt: new Date(message.timestamp) }] }));
    const { itemList } = await runtime.send(new GetRecommendationsCommand({
        campaignArn: process.env.personalize_campaign_arn, userId: message.userId, numResults: 5 }));
    const answer = await fetch(`${process.env.TRACKING_URL}/v1/identify`, { method: 'POST',
        headers: { 'Content-Type': 'application/json',
            Authorization: `Basic ${btoa(`${process.env.connections_source_write_key}:`)}` },
        body: JSON.stringify({ type: 'identify', userId: message.userId,
            traits: { recommended_products: itemList.map((item) => item.itemId) } }) });
    if (!answer.ok) throw new Error(`Segment answered ${answer.status}`);
    return { recommended: itemList.length };
}

const actions = {
    echo: (event) => event.value,
    count: () => ++calls,
    context: (event, context) => ({ requestId: context.awsRequestId, arn: context.invokedFunctionArn,
        name: context.functionName, client: context.clientContext ?? null, left: context.getRemainingTimeInMillis(),
        trace: process.env._X_AMZN_TRACE_ID ?? null }),
    fail: (event) => { throw new TypeError(event.text); },
    crash: (event) => process.exit(event.status),
    hang: () => new Promise(() => setInterval(() => {}, 1000)),
    meet: async (event) => (await fetch(event.at)).text(), // answered when all who are to meet have come
    large: (event) => 'x'.repeat(event.size),
};

exports.handler = async (event, context) => {
    if (event.type === 'track') return recommend(event);
    return actions[event.do](event, context);
};
