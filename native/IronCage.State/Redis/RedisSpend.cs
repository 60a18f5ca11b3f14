using IronCage.Core.Ledger;

namespace IronCage.State;

/// <summary>Sums what <c>spend.lua</c> answers.</summary>
internal static class RedisSpend
{
    private const int Columns = 7;

    public static IReadOnlyList<SpendLine> Read(object?[] answer)
    {
        var reply = new ReplyCursor(answer);
        Dictionary<string, Attribution> names = new(StringComparer.Ordinal);
        while (reply.Text() is { Length: > 0 } who)
            names.Add(reply.Text(), RedisBatch.Decode(who));
        Dictionary<string, long[]> sums = new(StringComparer.Ordinal);
        while (!reply.IsAtEnd)
        {
            var field = reply.Text();
            var colon = field.IndexOf(':', StringComparison.Ordinal);
            if (!sums.TryGetValue(field[..colon], out var sum))
                sums.Add(field[..colon], sum = new long[Columns]);
            ref var column = ref sum[field[colon + 1] - '0'];
            column = Demands.AddSaturated(column, reply.Number());
        }
        return [.. sums.Where(pair => names.ContainsKey(pair.Key)).Select(pair =>
            new SpendSum(pair.Value[0], pair.Value[1], pair.Value[2], pair.Value[3], pair.Value[4], pair.Value[5], pair.Value[6]).Line(names[pair.Key]))];
    }
}
