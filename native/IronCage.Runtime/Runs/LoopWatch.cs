using IronCage.Runtime.Protections;

namespace IronCage.Runtime.Runs;

/// <summary>
/// Sees whether the answers of a run go round in circles: the same uses of tools (or, of answers without any, the same words) again and again, alone or as a cycle of up to
/// <see cref="LongestCycle"/>, or in any order while nothing new comes. Thread-safe.
/// </summary>
internal sealed class LoopWatch(LoopPolicy policy)
{
    /// <summary>A-B-C-D-A-B-C-D is seen.</summary>
    public const int LongestCycle = 4;

    private readonly Lock _gate = new();
    private readonly List<ulong> _answers = [];
    private bool _isNudged;
    private bool _owesNudge;

    private int Kept => LongestCycle * (policy.StopAfter + 2);

    /// <summary>How many rounds of the same the run has done by now.</summary>
    public int Rounds { get; private set; }

    /// <summary>Whether the run is to end.</summary>
    public bool IsStuck
    {
        get
        {
            lock (_gate)
                return Rounds >= policy.StopAfter;
        }
    }

    /// <summary>An answer came.</summary>
    /// <param name="signature">Equal for answers that do the same.</param>
    public void Observe(ulong signature)
    {
        lock (_gate)
        {
            if (_answers.Count == Kept)
                _answers.RemoveAt(0);
            _answers.Add(signature);
            Rounds = Count();
            if (Rounds < policy.NudgeAfter)
                _isNudged = _owesNudge = false;
            else if (!_isNudged)
                _isNudged = _owesNudge = true;
        }
    }

    /// <summary>Whether the model is to be told with this request: once for each time that the run gets stuck.</summary>
    public bool TakeNudge()
    {
        lock (_gate)
            return _owesNudge && !(_owesNudge = false);
    }

    /// <summary>The request with the note did not leave.</summary>
    public void OweNudge()
    {
        lock (_gate)
            _owesNudge = _isNudged;
    }

    /// <summary>Whole rounds at the end, of the cycle that has most of them; of answers in no order, as many as their number is a multiple of what differs.</summary>
    private int Count()
    {
        var most = 1;
        for (var cycle = 1; cycle <= LongestCycle; cycle++)
        {
            var same = 0;
            while (same + cycle < _answers.Count && _answers[^(same + 1)] == _answers[^(same + 1 + cycle)])
                same++;
            // With n answers that equal those a cycle before them there are n / cycle more rounds than one.
            most = Math.Max(most, 1 + same / cycle);
        }
        HashSet<ulong> different = [];
        for (var back = 1; back <= _answers.Count; back++)
        {
            different.Add(_answers[^back]);
            if (different.Count > LongestCycle)
                break;
            // Two rounds more than a cycle needs: without its order it is weaker evidence.
            if (different.Count > 1)
                most = Math.Max(most, back / different.Count - 2);
        }
        return most;
    }
}
