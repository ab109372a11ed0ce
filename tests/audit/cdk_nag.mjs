// cdk-nag over CloudFormation templates: {templates: [path], out: folder} in, [{rule, at, says}] out.
import { mkdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { App, Stack, Validations } from "aws-cdk-lib";
import { CfnInclude } from "aws-cdk-lib/cloudformation-include";
import { AwsSolutionsChecks, ServerlessChecks } from "cdk-nag";

const told = JSON.parse(readFileSync(0, "utf8"));
mkdirSync(told.out, { recursive: true });
console.error = console.warn = () => {}; // what it reports is read from its file
const stderr = process.stderr.write;
process.stderr.write = () => true;

const app = new App({ outdir: told.out, analyticsReporting: false });
for (const file of told.templates) {
  new CfnInclude(new Stack(app, basename(file, ".json")), "template", { templateFile: file });
}
Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
try {
  app.synth();
} catch (error) {
  if (!String(error.message).startsWith("Validation failed")) {
    process.stderr.write = stderr;
    throw error;
  }
}

const report = JSON.parse(readFileSync(join(told.out, "validation-report.json"), "utf8"));
const findings = report.pluginReports.flatMap((plugin) => plugin.violations).flatMap((violation) => {
  const [, rule, , detail] = violation.ruleName.match(/^([^[]+)(\[(.*)\])?$/);
  return violation.violatingConstructs.map(({ constructPath }) => {
    const [stack, , resource] = constructPath.split("/");
    return { rule, at: [resource ?? stack, detail].filter(Boolean).join(" "), says: violation.description };
  });
});
console.log(JSON.stringify(findings));
