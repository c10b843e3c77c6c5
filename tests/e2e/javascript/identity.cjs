// identity — the AWS SDK for JavaScript v3: STS, IAM, credentials that expire and are fetched anew.
'use strict';
const { assert, here, case: test, run, refused, withFault } = require('./support.cjs');
const sts = require('@aws-sdk/client-sts');
const iam = require('@aws-sdk/client-iam');
const { LambdaClient, InvokeCommand } = require('@aws-sdk/client-lambda');

const security = new sts.STSClient();
const roles = new iam.IAMClient();
const ROLE = here.destination_role_arn;
const NAME = ROLE.split('/').pop();
const assume = (more) => security.send(new sts.AssumeRoleCommand({ RoleArn: ROLE, RoleSessionName: 'js',
    ExternalId: here.external_id, ...more }));
const keysOf = ({ Credentials: c }) => ({ accessKeyId: c.AccessKeyId, secretAccessKey: c.SecretAccessKey,
    sessionToken: c.SessionToken, expiration: c.Expiration });
const invokeWith = (credentials, FunctionName = here.function_arn, more = {}) =>
    new LambdaClient({ credentials, ...more }).send(new InvokeCommand({ FunctionName, Payload: '{}' }));

test('who am I, before and after', async () => {
    assert.equal((await security.send(new sts.GetCallerIdentityCommand())).Account, here.account);
    const assumed = await assume({ DurationSeconds: 900 });
    const me = await new sts.STSClient({ credentials: keysOf(assumed) }).send(new sts.GetCallerIdentityCommand());
    assert.equal(me.Arn, assumed.AssumedRoleUser.Arn);
    assert.ok(assumed.Credentials.Expiration - Date.now() < 960e3);
});

test('the trust policy and the role', async () => {
    await refused(assume({ ExternalId: '987654321' }), { name: 'AccessDenied', status: 403, part: 'sts:AssumeRole on resource:' });
    await refused(assume({ ExternalId: undefined }), { name: 'AccessDenied', status: 403 });
    await refused(assume({ DurationSeconds: 1 }), { name: 'ValidationError' });
    await refused(assume({ Policy: '{' }), { name: 'MalformedPolicyDocumentException', type: sts.MalformedPolicyDocumentException });
    const keys = keysOf(await assume());
    assert.equal((await invokeWith(keys)).StatusCode, 200);
    await refused(invokeWith(keys, here.endpoint_function_arn), { name: 'AccessDeniedException', status: 403,
        part: 'because no identity-based policy allows the lambda:InvokeFunction action' });
});

test('credentials that are about to expire are fetched anew, and only then', async () => {
    let fetched = 0;
    const provider = async () => {
        fetched++;
        const keys = keysOf(await assume({ DurationSeconds: 900 }));
        // the first ones say that they end in a minute: the SDK refreshes what has under five left
        return fetched === 1 ? { ...keys, expiration: new Date(Date.now() + 60e3) } : keys;
    };
    const client = new LambdaClient({ credentials: provider });
    for (let i = 0; i < 3; i++)
        assert.equal((await client.send(new InvokeCommand({ FunctionName: here.function_arn, Payload: '{}' }))).StatusCode, 200);
    assert.equal(fetched, 2);
});

test('an expired token is told as such', async () => {
    const keys = keysOf(await assume());
    await withFault('*:expired-token', async () => {
        await refused(invokeWith(keys), { name: 'ExpiredTokenException', status: 403 });
        await refused(new sts.STSClient({ credentials: keys }).send(new sts.GetCallerIdentityCommand()),
            { name: 'ExpiredToken', status: 403 });
    });
});

test('a role, its policies, and what they allow', async () => {
    const { Role } = await roles.send(new iam.GetRoleCommand({ RoleName: NAME }));
    assert.equal(Role.Arn, ROLE);
    assert.ok(Role.CreateDate instanceof Date);
    // this SDK leaves the document percent-encoded, as it is on the wire
    assert.match(Role.AssumeRolePolicyDocument, /^%7B/);
    assert.match(decodeURIComponent(Role.AssumeRolePolicyDocument), /sts:ExternalId/);
    const { PolicyNames } = await roles.send(new iam.ListRolePoliciesCommand({ RoleName: NAME }));
    assert.deepEqual(PolicyNames, ['segment-execute-lambda-policy']);
    const { PolicyDocument } = await roles.send(new iam.GetRolePolicyCommand({ RoleName: NAME, PolicyName: PolicyNames[0] }));
    assert.ok(decodeURIComponent(PolicyDocument).includes(here.function_arn));
    const results = [];
    for await (const page of iam.paginateSimulatePrincipalPolicy({ client: roles, pageSize: 1 }, { PolicySourceArn: ROLE,
        ActionNames: ['lambda:InvokeFunction', 'lambda:GetFunction'], ResourceArns: [here.function_arn] }))
        results.push(...page.EvaluationResults.map((row) => row.EvalDecision));
    assert.deepEqual(results, ['allowed', 'implicitDeny']);
    await refused(roles.send(new iam.GetRoleCommand({ RoleName: 'none' })),
        { name: 'NoSuchEntityException', status: 404, type: iam.NoSuchEntityException });
});

test('a wrong clock is corrected with XML, too', async () => {
    const client = new sts.STSClient({ maxAttempts: 3 });
    await withFault('sts:skew=-20m', async () => {
        const answer = await client.send(new sts.GetCallerIdentityCommand());
        assert.equal(answer.$metadata.attempts, 2);
    });
});

run('AWS SDK for JavaScript, STS and IAM');
