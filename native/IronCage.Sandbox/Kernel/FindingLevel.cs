namespace IronCage.Sandbox.Kernel;

/// <summary>What a finding means for sandboxes.</summary>
public enum FindingLevel
{
    /// <summary>It is enforced.</summary>
    Fine,
    /// <summary>It is enforced in another way, or some policies are refused.</summary>
    Limited,
    /// <summary>Every policy is refused, unless best_effort takes the loss.</summary>
    Missing,
}
