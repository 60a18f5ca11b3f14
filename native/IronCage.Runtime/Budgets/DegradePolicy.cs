namespace IronCage.Runtime.Budgets;

/// <summary>Which cheaper model is asked instead of one that does not fit the budget.</summary>
public sealed record DegradePolicy
{
    /// <summary>No model has a cheaper one.</summary>
    public static readonly DegradePolicy None = new();

    /// <summary>Model → cheaper model, by their names in requests; without cycles.</summary>
    public IReadOnlyDictionary<string, string> Models { get; init; } = new Dictionary<string, string>();

    /// <summary>The share of the budget, spent and held, from which on the cheaper model is asked even if the other fits; above 0, at most 1.</summary>
    public double At { get; init; } = 1;

    /// <summary>The models that may stand for this one, in the order of the chain.</summary>
    public IEnumerable<string> Below(string model)
    {
        while (Models.TryGetValue(model, out var cheaper))
            yield return model = cheaper;
    }
}
