// personalize — the AWS SDK for JavaScript v3: personalize-runtime, personalize-events and personalize.
'use strict';
const { assert, here, case: test, run, refused, until, withFault } = require('./support.cjs');
const {
    PersonalizeRuntimeClient, GetRecommendationsCommand, GetPersonalizedRankingCommand,
    GetActionRecommendationsCommand, InvalidInputException, ResourceNotFoundException,
} = require('@aws-sdk/client-personalize-runtime');
const {
    PersonalizeEventsClient, PutEventsCommand, PutItemsCommand, PutUsersCommand, PutActionsCommand,
} = require('@aws-sdk/client-personalize-events');
const control = require('@aws-sdk/client-personalize');

const runtime = new PersonalizeRuntimeClient();
const events = new PersonalizeEventsClient();
const personalize = new control.PersonalizeClient();
const patient = new PersonalizeRuntimeClient({ maxAttempts: 3 });
const USER = here.user_id;
const ask = { campaignArn: here.campaign_arn, userId: USER };
const recommend = (more, client = runtime) => client.send(new GetRecommendationsCommand({ ...ask, ...more }));
const put = (eventList, more) => events.send(new PutEventsCommand({
    trackingId: here.tracking_id, userId: 'js', sessionId: 'js-s', eventList, ...more }));
const event = (more) => ({ eventType: 'Product Clicked', itemId: 'led-high-tops', sentAt: new Date(), ...more });
const list = async (userId) => (await recommend({ userId, numResults: 50 })).itemList;

test('recommendations with scores, ids and the request id', async () => {
    const answer = await recommend({ numResults: 7 });
    assert.equal(answer.itemList.length, 7);
    assert.ok(answer.itemList.every((item) => item.score > 0 && item.score < 1));
    assert.match(answer.recommendationId, /^RID-/);
    assert.match(answer.$metadata.requestId, /^[0-9a-f-]{36}$/);
    assert.equal((await recommend({ campaignArn: here.popular_campaign_arn, userId: undefined })).itemList.length, 25);
});

test('a ranking', async () => {
    const answer = await runtime.send(new GetPersonalizedRankingCommand({
        campaignArn: here.ranking_campaign_arn, userId: USER, inputList: ['none-such', 'led-high-tops'] }));
    assert.deepEqual(answer.personalizedRanking.map((item) => item.itemId), ['led-high-tops', 'none-such']);
});

test('no action campaign is an honest refusal', async () => {
    await assert.rejects(runtime.send(new GetActionRecommendationsCommand({ ...ask })), (error) => {
        assert.ok(['InvalidInputException', 'ResourceNotFoundException'].includes(error.name), error.stack);
        assert.match(error.message, /action/i);
        return true;
    });
});

test('refusals are the classes of the package', async () => {
    await refused(recommend({ userId: undefined }), { name: 'InvalidInputException', part: 'userId', type: InvalidInputException });
    await refused(recommend({ numResults: 501 }), { name: 'InvalidInputException', part: 'numResults', type: InvalidInputException });
    await refused(recommend({ campaignArn: `${here.campaign_arn}-none` }),
        { name: 'ResourceNotFoundException', status: 404, type: ResourceNotFoundException });
    await refused(recommend({ filterArn: `${here.filter_arn}-none` }), { name: 'ResourceNotFoundException', status: 404 });
    await refused(new PersonalizeRuntimeClient({ region: 'us-west-2' }).send(new GetRecommendationsCommand(ask)),
        { name: 'ResourceNotFoundException', status: 404 });
});

test('an event counts at once, its repetition does not', async () => {
    const before = await list('js');
    assert.equal((await put([event({ eventId: 'js-1' })])).$metadata.httpStatusCode, 200);
    const after = await list('js');
    assert.notDeepEqual(after, before);
    await put([event({ eventId: 'js-1' })]);
    assert.deepEqual(await list('js'), after);
});

test('sentAt with a fraction of a second, a float value, every member', async () => {
    await put([event({ eventId: 'js-2', sentAt: new Date(Date.now() - 1234), eventValue: 59.9,
        impression: ['a', 'b'], recommendationId: `RID-${'a'.repeat(36)}`, properties: JSON.stringify({ numRatings: 3 }) })]);
});

test('what PutEvents refuses', async () => {
    const bad = (part, eventList, more) => refused(put(eventList, more), { name: 'InvalidInputException', part });
    await bad('eventList', []);
    await bad('eventList', Array.from({ length: 11 }, () => event()));
    await bad('sessionId', [event()], { sessionId: undefined });
    await bad('eventType', [event({ eventType: '' })]);
    await bad('sentAt', [event({ sentAt: undefined })]);
    await bad('properties', [event({ properties: 'not json' })]);
});

test('items and users are put; actions are refused as what this sandbox does not have', async () => {
    const { datasets } = await personalize.send(new control.ListDatasetsCommand({}));
    const of = (type) => datasets.find((d) => d.datasetType.toUpperCase() === type).datasetArn;
    // the camelCase key of a text field of the dataset's own schema
    const field = async (datasetArn) => {
        const { dataset } = await personalize.send(new control.DescribeDatasetCommand({ datasetArn }));
        const { schema } = await personalize.send(new control.DescribeSchemaCommand({ schemaArn: dataset.schemaArn }));
        const { name } = JSON.parse(schema.schema).fields.find((row) =>
            !['ITEM_ID', 'USER_ID'].includes(row.name) && JSON.stringify(row.type).includes('string'));
        return name.toLowerCase().replace(/_(.)/g, (_, letter) => letter.toUpperCase());
    };
    const answer = await events.send(new PutItemsCommand({ datasetArn: of('ITEMS'),
        items: [{ itemId: 'js-item', properties: JSON.stringify({ [await field(of('ITEMS'))]: 'boots|shoes' }) }] }));
    assert.equal(answer.$metadata.httpStatusCode, 200);
    await events.send(new PutUsersCommand({ datasetArn: of('USERS'),
        users: [{ userId: 'js', properties: JSON.stringify({ [await field(of('USERS'))]: 'gold' }) }] }));
    await refused(events.send(new PutItemsCommand({ datasetArn: of('ITEMS'), items: [{ itemId: 'x', properties: '{"noSuchField":"x"}' }] })),
        { name: 'InvalidInputException', part: 'noSuchField' });
    await refused(events.send(new PutItemsCommand({ datasetArn: of('USERS'), items: [{ itemId: 'x' }] })),
        { name: 'InvalidInputException' });
    await assert.rejects(events.send(new PutActionsCommand({ datasetArn: of('ITEMS').replace('ITEMS', 'ACTIONS'),
        actions: [{ actionId: 'a' }] })), (error) => error.$metadata.httpStatusCode >= 400);
});

test('the control plane, with the paginators of the package', async () => {
    const arns = [];
    for await (const page of control.paginateListCampaigns({ client: personalize, pageSize: 1 }, {})) {
        assert.ok(page.campaigns.length <= 1);
        arns.push(...page.campaigns.map((campaign) => campaign.campaignArn));
    }
    assert.ok(arns.includes(here.campaign_arn) && arns.length >= 4 && new Set(arns).size === arns.length);
    const { campaign } = await personalize.send(new control.DescribeCampaignCommand({ campaignArn: here.campaign_arn }));
    assert.equal(campaign.status, 'ACTIVE');
    assert.ok(campaign.creationDateTime instanceof Date && campaign.lastUpdatedDateTime >= campaign.creationDateTime);
    const { eventTrackers } = await personalize.send(new control.ListEventTrackersCommand({}));
    const { eventTracker } = await personalize.send(
        new control.DescribeEventTrackerCommand({ eventTrackerArn: eventTrackers[0].eventTrackerArn }));
    assert.equal(eventTracker.trackingId, here.tracking_id);
    const { Filters } = await personalize.send(new control.ListFiltersCommand({}));
    assert.ok(Filters.some((filter) => filter.filterArn === here.filter_arn));
    const { metrics } = await personalize.send(
        new control.GetSolutionMetricsCommand({ solutionVersionArn: campaign.solutionVersionArn }));
    assert.ok(metrics.coverage > 0 && metrics.coverage <= 1);
    const recipes = [];
    for await (const page of control.paginateListRecipes({ client: personalize, pageSize: 5 }, {})) recipes.push(...page.recipes);
    assert.ok(recipes.some((recipe) => recipe.recipeArn === 'arn:aws:personalize:::recipe/aws-hrnn'));
    await refused(personalize.send(new control.DescribeCampaignCommand({ campaignArn: `${here.campaign_arn}-none` })),
        { name: 'ResourceNotFoundException', type: control.ResourceNotFoundException });
    await refused(personalize.send(new control.ListCampaignsCommand({ nextToken: 'made-up' })),
        { name: 'InvalidNextTokenException', type: control.InvalidNextTokenException });
});

test('a filter is made, becomes ACTIVE, filters, is deleted', async () => {
    const { datasetGroups } = await personalize.send(new control.ListDatasetGroupsCommand({}));
    const { filterArn } = await personalize.send(new control.CreateFilterCommand({
        name: 'js-only-clicked', datasetGroupArn: datasetGroups[0].datasetGroupArn,
        filterExpression: 'INCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ($TYPE)' }));
    await until('ACTIVE', async () =>
        (await personalize.send(new control.DescribeFilterCommand({ filterArn }))).filter.status === 'ACTIVE');
    await put([event({ eventId: 'js-f' })], { userId: 'js-f' });
    const answer = await recommend({ userId: 'js-f', filterArn, filterValues: { TYPE: '"Product Clicked"' } });
    assert.deepEqual(answer.itemList.map((item) => item.itemId), ['led-high-tops']);
    await personalize.send(new control.DeleteFilterCommand({ filterArn }));
    await refused(personalize.send(new control.CreateFilterCommand({ name: 'bad', filterExpression: 'INCLUDE nothing',
        datasetGroupArn: datasetGroups[0].datasetGroupArn })), { name: 'InvalidInputException', type: control.InvalidInputException });
});

test('throttling, faults, lost and half answers are retried', async () => {
    for (const [spec, attempts] of [['throttle,count=2', 3], ['status=503,count=1', 2], ['drop,count=1', 2],
        ['half,count=1', 2]]) {
        const answer = await withFault(`personalize-runtime.GetRecommendations:${spec}`, () => recommend({}, patient));
        assert.equal(answer.$metadata.attempts, attempts, spec);
        assert.equal(answer.itemList.length, 25, spec);
    }
    await withFault('personalize-runtime.GetRecommendations:throttle', () =>
        refused(recommend({}, patient), { name: 'ThrottlingException' }));
    await withFault('personalize-runtime.GetRecommendations:error=InvalidInputException,message=on demand,count=1', () =>
        refused(recommend({}, patient), { name: 'InvalidInputException', part: 'on demand', type: InvalidInputException }));
});

test('a clock that is wrong by twenty minutes is corrected by the SDK from the Date header', async () => {
    for (const skew of ['20m', '-20m']) {
        const client = new PersonalizeRuntimeClient({ maxAttempts: 3 });
        await withFault(`personalize-runtime:skew=${skew}`, async () => {
            const answer = await recommend({}, client);
            assert.equal(answer.itemList.length, 25);
            assert.equal(answer.$metadata.attempts, 2);
            assert.ok(Math.abs(Math.abs(client.config.systemClockOffset) - 20 * 60000) < 30000, `${client.config.systemClockOffset}`);
        });
    }
});

run('AWS SDK for JavaScript, Personalize');
