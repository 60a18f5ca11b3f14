namespace IronCage.Sandbox.Policy;

/// <summary>Makes a policy of the JSON of the C ABI, and checks every range.</summary>
public static class PolicyReader
{
}
