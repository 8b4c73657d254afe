// Reads requests from the first file and writes what IAM would decide of each into the second.

import { readFileSync, writeFileSync } from "node:fs";
import { runSimulation } from "@cloud-copilot/iam-simulate";

const [, , asked, said] = process.argv;
const policy = (name, document) => ({ name, policy: document });
const answers = [];
for (const one of JSON.parse(readFileSync(asked, "utf8"))) {
  const outcome = await runSimulation(
    {
      request: {
        principal: one.principal,
        action: one.action,
        resource: { resource: one.resource, accountId: one.account },
        contextVariables: one.context ?? {},
      },
      identityPolicies: (one.identity ?? []).map((document, at) => policy(`identity${at}`, document)),
      permissionBoundaryPolicies: one.boundary ? [policy("boundary", one.boundary)] : undefined,
      resourcePolicy: one.resourcePolicy,
      serviceControlPolicies: [],
      resourceControlPolicies: [],
    },
    {},
  );
  answers.push(outcome.resultType === "error" ? `error: ${JSON.stringify(outcome.errors)}` : outcome.overallResult ?? outcome.analysis?.result);
}
writeFileSync(said, JSON.stringify(answers));
