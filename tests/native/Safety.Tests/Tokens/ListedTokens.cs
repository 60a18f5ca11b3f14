using IronCage.Core.Tokens;

namespace IronCage.Safety.Tests.Tokens;

/// <summary>A store that tests can look into; <see cref="Delay"/> keeps its writings from ending.</summary>
internal sealed class ListedTokens : ITokenStore
{
    public Dictionary<(string Tenant, string Name), SealedValue> Rows { get; } = [];

    public Task Delay { get; set; } = Task.CompletedTask;

    public int Writings { get; private set; }

    public bool IsDurable => true;

    public SealedValue? Find(string tenant, string name, out bool isKept)
    {
        isKept = Delay.IsCompleted;
        return Rows.GetValueOrDefault((tenant, name));
    }

    public ValueTask<IReadOnlyList<SealedValue>> ReadAsync(string tenant, IReadOnlyCollection<string> names) => new([]);

    public ValueTask WriteAsync(IReadOnlyList<SealedValue> values)
    {
        foreach (SealedValue value in values)
            Rows[(value.Tenant, value.Name)] = value;
        Writings += values.Count;
        return new ValueTask(Delay);
    }
}
