using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using IronCage.Core.Ledger;

namespace IronCage.State;

/// <summary>
/// What is sent to the server in one piece, and done there as one. Kept until it is answered: one whose answer is lost is sent again, under its number, and done once.
/// </summary>
internal sealed class RedisBatch(long number)
{
    /// <summary>Of an account: what is told of it, and what it gives back of its lease.</summary>
    public readonly record struct Report(RedisAccount Account, Int128 Spent, long Released);

    /// <summary>Counts the batches of this owner, from 1.</summary>
    public long Number => number;

    /// <summary>The arguments of reports.</summary>
    public List<string> ReportSteps { get; } = [];

    /// <summary>The arguments of everything else.</summary>
    public List<string> Steps { get; } = [];

    public List<Report> Reports { get; } = [];
    public List<RedisRequest> Requests { get; } = [];
    public List<Waiter> Waiters { get; } = [];

    /// <summary>Accounts that ask for money to have in hand.</summary>
    public List<RedisAccount> Stocks { get; } = [];

    /// <summary>How often it was sent with windows that the server did not know what to do with.</summary>
    public int WindowsAsked { get; set; }

    public void AddReport(RedisAccount account, IReadOnlyList<SpentGroup> groups, long released)
    {
        Int128 sum = 0;
        for (var i = 0; i < Math.Max(1, groups.Count); i++)
        {
            var group = i < groups.Count ? groups[i] : default;
            sum += group.Amount;
            ReportSteps.AddRange(["R", account.Name, Text(group.At), Text((long)Int128.Min(group.Amount, long.MaxValue)), Text(i == 0 ? released : 0)]);
        }
        Reports.Add(new Report(account, sum, released));
    }

    public void AddSpend(long hour, Attribution attribution, in SpendSum sum) => Steps.AddRange(["S", Text(hour), Encode(attribution), Text(sum.Calls), Text(sum.Estimated),
        Text(sum.Overbilled), Text(sum.Input), Text(sum.Cached), Text(sum.Output), Text(sum.Cost)]);

    public void AddOverrun(RedisAccount account, Overrun overrun) => Steps.AddRange(["V", account.Name, Text(overrun.Billed.Value - overrun.Held.Value),
        $"{Text(overrun.At.ToUnixTimeMilliseconds())}|{Text(overrun.Held.Value)}|{Text(overrun.Billed.Value)}|{(overrun.By is { } who ? Encode(who) : "")}"]);

    /// <summary>As <see cref="AddOverrun"/> wrote it.</summary>
    public static Overrun DecodeOverrun(string text)
    {
        var parts = text.Split('|', 4);
        return new Overrun(DateTimeOffset.FromUnixTimeMilliseconds(Number(parts[0])), parts[3].Length == 0 ? null : Decode(parts[3]), new(Number(parts[1])), new(Number(parts[2])));

        static long Number(string digits) => long.Parse(digits, CultureInfo.InvariantCulture);
    }

    public void AddRequest(RedisRequest request)
    {
        Requests.Add(request);
        request.Write(Steps);
    }

    public void AddDemand(Waiter waiter)
    {
        var demand = waiter.Demand;
        var sent = RedisDemand.Of(demand);
        Steps.AddRange(["H", ((RedisAccount)waiter.Owner).Name, Text(sent.Fixed), Text(sent.PerToken), Text(sent.Wanted), Text(sent.Floor), demand.OpenEnded ? "1" : "0",
            Text(demand.Reserve.Value), waiter.MayWait ? "1" : "0", demand.Attribution is { } who ? Encode(who) : ""]);
    }

    /// <summary>Asks for money to have in hand.</summary>
    /// <param name="account">For whom.</param>
    /// <param name="amount">How much.</param>
    /// <param name="whenGranted">Only if a demand of the account is granted in this batch.</param>
    public void AddStock(RedisAccount account, long amount, bool whenGranted)
    {
        Stocks.Add(account);
        Steps.AddRange(["G", account.Name, Text(amount), account.LastAttribution is { } who ? Encode(who) : "", whenGranted ? "1" : "0"]);
    }

    public static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>A JSON array: agent, provider, model, project, tags.</summary>
    public static string Encode(Attribution attribution)
    {
        var buffer = new ArrayBufferWriter<byte>(128);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            json.WriteStringValue(attribution.Agent);
            json.WriteStringValue(attribution.Provider);
            json.WriteStringValue(attribution.Model);
            json.WriteStringValue(attribution.Project);
            json.WriteStringValue(attribution.Tags);
            json.WriteEndArray();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    public static Attribution Decode(string text)
    {
        using var json = JsonDocument.Parse(text);
        var parts = json.RootElement;
        return new Attribution(parts[0].GetString()!, parts[1].GetString()!, parts[2].GetString()!, parts[3].GetString()!, parts[4].GetString()!);
    }
}
