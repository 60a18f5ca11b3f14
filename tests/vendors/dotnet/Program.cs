using IronCage.Vendors;

// The vendors' own SDKs for .NET against the provider simulators that run.sh started. Prints "PASSED FAILED" last.
var checks = new Checks(args[0]);
await new OpenAISdk(checks).Run().ConfigureAwait(false);
await new AnthropicSdk(checks).Run().ConfigureAwait(false);
Console.WriteLine($"{checks.Passed} {checks.Failed}");
return checks.Failed == 0 ? 0 : 1;
