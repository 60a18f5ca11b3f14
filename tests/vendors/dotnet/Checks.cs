using System.Text.Json.Nodes;

namespace IronCage.Vendors;

/// <summary>The replies that the simulators were told to give, and the count of what was found.</summary>
internal sealed class Checks(string repliesPath)
{
    private readonly JsonObject _replies = JsonNode.Parse(File.ReadAllText(repliesPath))!.AsObject();

    public int Passed { get; private set; }

    public int Failed { get; private set; }

    /// <summary>One field of the reply to a text; of the given one, where the reply is a list.</summary>
    public JsonNode Told(string text, string field, int turn = 0) => (_replies[text] is JsonArray turns ? turns[turn] : _replies[text])![field]!;

    public string Content(string text) => _replies[text]!["content"]?.GetValue<string>() ?? "";

    /// <summary>The tool calls of a reply, one line each: name and arguments as JSON.</summary>
    public string Calls(string text) =>
        string.Join('\n', (_replies[text]!["tool_calls"]?.AsArray() ?? []).Select(call => Call(call!["name"]!.GetValue<string>(), call["arguments"]!.ToJsonString())));

    public static string Call(string name, string arguments) => $"{name} {JsonNode.Parse(arguments)!.ToJsonString()}";

    /// <summary>Runs one case; whatever it throws is a failure of that case alone.</summary>
    public async Task Check(string name, Func<Task> body)
    {
        try
        {
            await body().ConfigureAwait(false);
            Passed++;
            await Console.Error.WriteLineAsync($"ok    {name}").ConfigureAwait(false);
        }
        catch (Exception error)
        {
            Failed++;
            await Console.Error.WriteLineAsync($"FAIL  {name}: {error}").ConfigureAwait(false);
        }
    }

    public static void Same<T>(T found, T expected, string what)
    {
        if (!EqualityComparer<T>.Default.Equals(found, expected))
            throw new InvalidOperationException($"{what}: found {found}, expected {expected}");
    }

    /// <summary>The exception that a call ends with: of exactly this class.</summary>
    public static async Task<TException> Raises<TException>(Func<Task> body)
        where TException : Exception
    {
        try
        {
            await body().ConfigureAwait(false);
        }
        catch (TException error) when (error.GetType() == typeof(TException))
        {
            return error;
        }
        throw new InvalidOperationException($"expected {typeof(TException).Name}, but nothing was thrown");
    }
}
