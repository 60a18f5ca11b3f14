namespace IronCage.Sandbox.Tests.Seccomp;

/// <summary>A call with arguments, and what becomes of it under each policy.</summary>
internal sealed record VerdictRow(string Call, ulong[] Arguments, (string Policy, string Verdict)[] Expected);
