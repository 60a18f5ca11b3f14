namespace IronCage.Safety.Recognisers.Phones;

/// <summary>The plans that are known, by part of the world.</summary>
internal static partial class NationalPlans
{
    public static readonly NationalPlan[] All = [.. Americas, .. Europe, .. AsiaAndPacific, .. Africa];
}
