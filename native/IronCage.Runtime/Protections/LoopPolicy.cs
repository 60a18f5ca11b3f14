namespace IronCage.Runtime.Protections;

/// <summary>When an agent counts as going round in circles, and what is done.</summary>
/// <param name="NudgeAfter">So many rounds of the same, and the model is told.</param>
/// <param name="StopAfter">So many, and the run ends.</param>
/// <param name="Note">The message of the user that tells the model.</param>
public sealed record LoopPolicy(int NudgeAfter, int StopAfter, string Note)
{
    public const int UsualNudge = 3;
    public const int UsualStop = 5;
    public const string UsualNote =
        "You have repeated the same steps several times without getting anywhere. Do not repeat them again. Try another way, or say what you have so far and what is missing.";
}
