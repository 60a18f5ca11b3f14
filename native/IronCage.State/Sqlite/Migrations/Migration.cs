namespace IronCage.State;

/// <summary>A step from one version of the schema to the next. Once released it never changes.</summary>
/// <param name="Version">The version that it makes.</param>
/// <param name="Sql">Runs in one transaction with the steps around it.</param>
/// <param name="Then">What SQL cannot say, behind it in the same transaction.</param>
internal sealed record Migration(int Version, string Sql, Action<Database>? Then = null)
{
    /// <summary>All of them, in order: a new file goes through every one, an older through those it lacks.</summary>
    public static IReadOnlyList<Migration> All { get; } = [
        new(1, FoundationSchema.Sql), new(2, BudgetTreesSchema.Sql), new(3, AuditChainSchema.Sql, AuditChainSchema.Chain), new(4, SpendDaysSchema.Sql), new(5, OverrunsSchema.Sql),
        new(6, CircuitsSchema.Sql), new(7, StopsSchema.Sql), new(8, ApprovalsSchema.Sql),
    ];

    /// <summary>The version that this library writes.</summary>
    public static int Newest => All[^1].Version;
}
