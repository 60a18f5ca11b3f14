using System.Buffers;
using IronCage.Core.Text;
using IronCage.Lang;
using IronCage.Lang.Streams;
using IronCage.Reliability;
using IronCage.Runtime.Protections;

namespace IronCage.Runtime.Calls;

public sealed partial class ProtectedCall
{
    private LlmStream? _stream;
    private int _status;
    private readonly ArrayBufferWriter<byte> _output = new();
    private readonly List<FindingRecord> _streamFindings = [];
    private Verdict? _ended;

    /// <summary>Whether the call was opened and not yet ended.</summary>
    public bool IsOpen => _stage is Stage.Open or Stage.Settled;

    /// <summary>Whether a response was shown, whole or as a stream.</summary>
    public bool HasAnswer => _status != 0;

    public bool IsStreaming => _stream is not null || _passesStream;

    private bool _passesStream;
    private bool _toldDamage;

    /// <summary>Shows a whole answer: settles the call, screens the texts.</summary>
    /// <param name="status">HTTP status.</param>
    /// <param name="complete">False when the body was cut.</param>
    /// <param name="body">The decoded body.</param>
    /// <param name="headers">Lines of <c>Name: value</c>; a content-encoding says that the host could not undo it, and those that <see cref="ProviderLimitReader"/> reads tell of limits.</param>
    public Verdict Respond(int status, bool complete, ReadOnlySpan<byte> body, ReadOnlySpan<byte> headers = default)
    {
        var started = Now;
        Answered(status, headers);
        Classify(complete ? ResultClassifier.FromStatus(status) : CallResult.Failure);
        if (status >= 300 || IsFree)
            SettleFree();
        if (status >= 300)
            return Verdict.Send;
        if (new RequestHeaders(headers).IsEncoded)
        {
            SettleHold();
            return (UnreadTools() ?? AnswerUnscannable()) is { } denied ? Refused(denied) : Verdict.Send;
        }
        var readable = _wire.TryReadAnswer(body, out var answer);
        if (readable)
            _facts?.Take(answer, body);
        if (!readable && _request.Stream && _wire.LooksStreamed(body))
            return RespondWithEvents(complete, body);
        if (readable && complete && answer.Usage is { } usage && IsPlausible(usage, HasText(answer)))
            SettleUsage(usage, answer.HasExtraCharge, answer.Model);
        else if (!complete || (answer.Contents.Count == 0 && (readable || body.IsEmpty)))
            SettleHold(); // a whole answer is generated before it is sent: of one that was cut, or shows neither usage nor text, nobody can say what it cost
        else
            SettleEstimate(Told(answer.Usage), readable ? Texts(answer, body) : body);

        if (readable)
            Observe(answer, body);
        var verdict = (Interrupted() ?? DeniedTools(answer) ?? (complete && !readable && body.Length > 0 && _wire.HasTools ? UnreadTools() : null)) is { } refusal ? Refused(refusal)
            : readable || body.Length == 0 ? Approvable(ScreenAnswer(answer, body), answer, body) : ScreenUnreadable(body);
        if (readable && complete && verdict.Kind != VerdictKind.Pending)
            RememberAnswer(verdict, body);
        _busyTicks += Now - started;
        RecordOverhead();
        return verdict;
    }

    /// <summary>A stream that the provider did not announce as one, and that the host therefore read to its end.</summary>
    private Verdict RespondWithEvents(bool complete, ReadOnlySpan<byte> body)
    {
        OpenStream(_status);
        var output = new ArrayBufferWriter<byte>(body.Length);
        var fed = Feed(body);
        if (fed.Kind == VerdictKind.Refuse)
            return fed;
        output.Write(fed.Kind == VerdictKind.Send ? body : fed.Body.Span);
        if (!complete)
            SettleStream(complete: false);
        var rest = FinishStream();
        if (rest.Kind == VerdictKind.Refuse)
            return rest;
        if (rest.Kind == VerdictKind.Pending)
        {
            output.Write(_approved.Body.Span);
            _approved = new Verdict(VerdictKind.Rewrite, output.WrittenMemory);
            return rest;
        }
        output.Write(rest.Body.Span);
        return output.WrittenSpan.SequenceEqual(body) ? Verdict.Send : new Verdict(VerdictKind.Rewrite, output.WrittenMemory);
    }

    /// <summary>Announces a streamed answer.</summary>
    /// <param name="status">HTTP status.</param>
    /// <param name="headers">As of <see cref="Respond"/>.</param>
    public void OpenStream(int status, ReadOnlySpan<byte> headers = default)
    {
        Answered(status, headers);
        if (status >= 300)
        {
            Classify(ResultClassifier.FromStatus(status));
            SettleFree();
            _passesStream = true;
            return;
        }
        if (new RequestHeaders(headers).IsEncoded)
        {
            _passesStream = true;
            if ((UnreadTools() ?? AnswerUnscannable()) is { } denied)
                _ended = Refused(denied);
            return;
        }
        if (IsFree)
        {
            Classify(CallResult.Success);
            SettleFree();
        }
        Func<TextUse, ITextScreen>? newScreen = _run.Policy.ScansOutput || _run.Restores.IsActive ? use => NewScreen(use) : null;
        _stream = _wire.OpenStream(_request, newScreen, _hidesUsage);
        _passesStream = _stream is null;
        if (_stream is not null)
            _stream.Facts = _facts?.Answer;
        PrepareToEstimate();
    }

    /// <summary>Feeds the next piece of a stream.</summary>
    public Verdict Feed(ReadOnlySpan<byte> piece)
    {
        if (_ended is { } ended)
            return ended;
        if (_stream is null)
            return _status < 300 && Interrupted() is { } why ? EndUnread(why) : Verdict.Send;
        var started = Now;
        if (_facts is { FirstPiece: 0 })
            _facts.FirstPiece = started;
        _output.ResetWrittenCount();
        _stream.Feed(piece, _output);
        var verdict = StreamVerdict(piece, Interrupted());
        _busyTicks += Now - started;
        return verdict;
    }

    /// <summary>Ends a stream that nobody here reads: what it costs is not told by what came of it.</summary>
    private Verdict EndUnread(Refusal why)
    {
        SettleHold();
        var refused = Refused(why);
        _ended = refused;
        return refused;
    }

    /// <summary>The stream came to its end: settles, and answers what was held back.</summary>
    public Verdict FinishStream()
    {
        if (_ended is { } ended)
            return ended;
        if (_stream is null)
            return new Verdict(VerdictKind.Rewrite);
        var started = Now;
        _output.ResetWrittenCount();
        _stream.Finish(_output);
        Observe(_stream);
        SettleStream(complete: true);
        var verdict = StreamVerdict(default, interrupted: null);
        if (verdict.Kind != VerdictKind.Refuse)
        {
            _ended = new Verdict(VerdictKind.Rewrite);
            if (_holdsTools)
                verdict = ApprovableStream();
        }
        _busyTicks += Now - started;
        RecordOverhead();
        return verdict;
    }

    private Verdict StreamVerdict(ReadOnlySpan<byte> piece, Refusal? interrupted)
    {
        BookTokens();
        if ((interrupted ?? DeniedTools(_stream!) ?? ReportStream() ?? Damaged()) is { } refusal)
        {
            // The provider goes on generating what nobody will read: what it sent so far is the least it bills.
            SettleStream(complete: false);
            var refused = Refused(refusal);
            _ended = refused;
            return refused;
        }
        var written = _output.WrittenSpan;
        if (HoldsTools())
        {
            _heldTools.Write(written);
            return new Verdict(VerdictKind.Rewrite);
        }
        if (piece.Length > 0 && written.SequenceEqual(piece))
            return Verdict.Send;
        return new Verdict(VerdictKind.Rewrite, _output.WrittenMemory);
    }

    private Refusal? Damaged()
    {
        if (!_stream!.IsDamaged || _toldDamage)
            return null;
        _toldDamage = true;
        return UnreadTools() ?? AnswerUnscannable("a part of the answer that is damaged");
    }

    private Refusal? ReportStream()
    {
        if (_streamFindings.Count == 0)
            return null;
        var records = _streamFindings.ToArray();
        _streamFindings.Clear();
        return Report(records, output: true, records.Any(r => r.Action == PiiAction.Block));
    }

    private Verdict ScreenAnswer(LlmAnswer answer, ReadOnlySpan<byte> body)
    {
        var scans = _run.Policy.ScansOutput;
        if (!scans && !_run.Restores.IsActive)
            return Verdict.Send;
        var screening = NewScreening();
        var edits = new List<RawEdit>();
        var local = new List<TextEdit>();
        byte[] scratch = [];
        foreach (var place in answer.Texts)
        {
            local.Clear();
            var use = answer.Uses.GetValueOrDefault(place.Start);
            var text = place.Read(body, ref scratch);
            if (scans)
                screening.Screen(text, use.Role == TextRole.ToolArguments, local, use.IsRepeat);
            Restore(text, use, local);
            if (local.Count > 0)
                place.ToRaw(body, local, edits);
        }
        foreach (var run in answer.Runs)
        {
            local.Clear();
            var ends = new List<int>();
            var text = run.Read(body, ends);
            if (scans)
                screening.Screen(text, run.Use.Role == TextRole.ToolArguments, local);
            if (scans && run.Pieces.Count > 1)
                ScreenPieces(text, ends, run.Use, screening, local);
            Restore(text, run.Use, local);
            run.ToRaw(body, ends, local, edits);
        }
        foreach (var place in scans ? answer.Signed : [])
            screening.Report(place, body);
        if ((Report(screening.Records, output: true, screening.IsBlocked) ?? Unscanned(screening, "answer")) is { } refusal)
            return Refused(refusal);
        BookTokens();
        if (edits.Count == 0)
            return Verdict.Send;
        // Log probabilities repeat the content token by token, the found value included.
        foreach (var place in answer.LogProbabilities)
            edits.Add(RawEdits.Empty(body, place));
        return new Verdict(VerdictKind.Rewrite, RawEdits.Apply(body, edits));
    }

    /// <summary>What stands whole in one piece may be nothing any more where it meets the next: each is screened alone, too.</summary>
    private void ScreenPieces(byte[] text, List<int> ends, in TextUse use, TextScreening screening, List<TextEdit> edits)
    {
        var found = new List<TextEdit>();
        var start = 0;
        foreach (var end in ends)
        {
            found.Clear();
            var alone = NewScreening();
            alone.Screen(text.AsSpan(start..end), use.Role == TextRole.ToolArguments, found);
            var (from, known) = (start, edits.Count);
            found.RemoveAll(edit => edits.Exists(other => other.Start < edit.End + from && edit.Start + from < other.End));
            edits.AddRange(found.ConvertAll(edit => edit with { Start = edit.Start + from, End = edit.End + from }));
            if (edits.Count > known || (alone.IsBlocked && !screening.IsBlocked))
                screening.Take(alone);
            start = end;
        }
        edits.Sort(static (a, b) => a.Start.CompareTo(b.Start));
    }

    /// <summary>An answer that is no JSON (or was cut) is screened as one text.</summary>
    private Verdict ScreenUnreadable(ReadOnlySpan<byte> body)
    {
        if (!_run.Policy.ScansOutput)
            return Verdict.Send;
        var screening = NewScreening();
        var local = new List<TextEdit>();
        screening.Screen(body, isJson: false, local);
        if ((Report(screening.Records, output: true, screening.IsBlocked) ?? Unscanned(screening, "answer")) is { } refusal)
            return Refused(refusal);
        BookTokens();
        var edits = new List<RawEdit>();
        new TextSpan(0, body.Length, Escaped: false).ToRaw(body, local, edits);
        return edits.Count == 0 ? Verdict.Send : new Verdict(VerdictKind.Rewrite, RawEdits.Apply(body, edits));
    }

    private TextScreening NewScreening() => new(_run.Scanner, _run.Policy, output: true, _tokens, KeepsDigests);

    private static bool HasText(LlmAnswer answer) => answer.Contents.Count > 0;

    /// <summary>A head came. 409 and 429 are no failures of the provider (see <see cref="Classify"/>), but clients try them again.</summary>
    private void Answered(int status, ReadOnlySpan<byte> headers)
    {
        _status = status;
        HearLimits(status, headers);
        if (status is 409 or 429)
            _run.Failed(_bodyDigest, _engine.Clock.GetUtcNow(), _attempt);
    }

    private Refusal? AnswerUnscannable(string what = "an answer whose content-encoding cannot be undone here")
    {
        if (!_run.Policy.ScansOutput)
            return null;
        foreach (var protection in _run.Protections)
            protection.Tally.Unscannable(1);
        return Unscannable($"the call had {what}, and so could not be scanned", $"a call to {Model} had {what}, and so could not be scanned");
    }

    /// <summary>
    /// Whether usage can be what the provider bills. Not believed: an empty input (no request has one, but what is billed by the search), no output for an answer with text, and more than twice what fits
    /// the model. Such a call is estimated.
    /// </summary>
    private bool IsPlausible(in WireUsage usage, bool hasText)
    {
        if ((usage.TotalInput == 0 && (usage.Searches == 0 || _request.Searches == 0)) || (hasText && usage.TotalOutput == 0))
            return false;
        return IsPossible(usage);
    }

    private bool IsPossible(in WireUsage usage)
    {
        if (_price?.ContextWindow is not { } window)
            return true;
        var most = 2 * Math.Max(window, _inputBound);
        return usage.TotalInput <= most && usage.TotalOutput <= (Int128)most * _request.Choices;
    }

    /// <summary>Usage that came with an answer which is estimated all the same: the least it costs, unless it cannot be true.</summary>
    private WireUsage? Told(WireUsage? usage) => usage is { } told && IsPossible(told) ? usage : null;

    private static byte[] Texts(LlmAnswer answer, ReadOnlySpan<byte> body)
    {
        var buffer = new ArrayBufferWriter<byte>();
        byte[] scratch = [];
        foreach (var text in answer.Contents)
            buffer.Write(text.Read(body, ref scratch));
        return buffer.WrittenSpan.ToArray();
    }
}
