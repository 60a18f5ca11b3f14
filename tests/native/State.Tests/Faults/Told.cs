using System.Globalization;

namespace IronCage.State.Tests.Faults;

/// <summary>What a story says, line by line: what it is about to do, and what was acknowledged to it.</summary>
internal sealed class Told(Action<string>? also = null)
{
    private readonly Lock _sync = new();
    private readonly List<string> _lines = [];

    public int Count
    {
        get
        {
            lock (_sync)
                return _lines.Count;
        }
    }

    /// <summary>Says a line.</summary>
    public void Say(FormattableString line)
    {
        lock (_sync)
        {
            var text = FormattableString.Invariant(line);
            _lines.Add(text);
            also?.Invoke(text);
        }
    }

    /// <summary>What the lines mean.</summary>
    /// <param name="lines">Only the first so many.</param>
    public Account Understand(int lines = int.MaxValue)
    {
        lock (_sync)
            return Account.Of(_lines.Take(lines));
    }

    /// <summary>The lines of a story, understood.</summary>
    internal sealed class Account
    {
        public Dictionary<Guid, StoryCall> Calls { get; } = [];
        public HashSet<string> Budgets { get; } = [];
        public HashSet<Guid> Changing { get; } = [];
        public HashSet<Guid> Changed { get; } = [];
        public HashSet<int> Appended { get; } = [];
        public HashSet<int> DurableNotes { get; } = [];
        public bool HasToken { get; private set; }
        public bool IsPruning { get; private set; }

        /// <summary>The story's clock.</summary>
        public DateTimeOffset Now { get; private set; } = LedgerStory.Begin;

        /// <summary>Whether it was told to its end.</summary>
        public bool IsOver { get; private set; }

        public static Account Of(IEnumerable<string> lines)
        {
            var account = new Account();
            foreach (var line in lines)
                account.Add(line.Split(' '));
            return account;
        }

        private void Add(string[] words)
        {
            switch (words)
            {
                case ["opened", var budget]:
                    Budgets.Add(budget);
                    break;
                case ["asking", var call, var budget]:
                    Calls.Add(Guid.Parse(call), new StoryCall { Budget = budget });
                    break;
                case ["granted", var call, var amount]:
                    Calls[Guid.Parse(call)].Held = Number(amount);
                    break;
                case ["refused" or "failed", var call]:
                    Calls[Guid.Parse(call)].HasNone = true;
                    break;
                case ["settling", var call, var cost]:
                    Calls[Guid.Parse(call)].Cost = Number(cost);
                    break;
                case ["recording", var call, var cost]:
                    Calls.Add(Guid.Parse(call), new StoryCall { Cost = Number(cost) });
                    break;
                case ["appending", var n]:
                    Appended.Add((int)Number(n));
                    break;
                case ["flushed"]:
                    foreach (var call in Calls.Values)
                        call.IsDurable = call.Cost is not null;
                    DurableNotes.UnionWith(Appended);
                    break;
                case ["changing", var id]:
                    Changing.Add(Guid.Parse(id));
                    break;
                case ["changed", var id]:
                    Changed.Add(Guid.Parse(id));
                    break;
                case ["put"]:
                    HasToken = true;
                    break;
                case ["pruning"]:
                    IsPruning = true;
                    break;
                case ["clock", var seconds]:
                    Now += TimeSpan.FromSeconds(Number(seconds));
                    break;
                case ["over"]:
                    IsOver = true;
                    break;
            }
        }

        private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
    }
}
