using System.Runtime.InteropServices;
using System.Text;
using IronCage.Abi.Boundary;
using IronCage.Abi.Tests.Support;

namespace IronCage.Abi.Tests.Exports;

/// <summary>
/// Every argument of every export, one at a time, is replaced by every bad value of its kind, while the others are good. What an export is and takes comes from reflection:
/// a new one is tested without being named here, and one with a new kind of parameter fails.
/// </summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed unsafe class FuzzTests : IDisposable
{
    private const string Secret = "zq-secret-4711";
    private const ulong Poison = 0xA5A5_A5A5_A5A5_A5A5;

    private static readonly nuint[] Refused = [(nuint)int.MaxValue + 1, nuint.MaxValue, (nuint)1 << 40];

    /// <summary>A store that exists, in a directory of this process.</summary>
    private static readonly string State = MakeStore();

    private static readonly Dictionary<string, string> Data = new()
    {
        ["config"] = """{"llm_hosts":"127.0.0.1:9=openai"}""", ["specification"] = "127.0.0.1:8=openai", ["url"] = "http://127.0.0.1:9/v1/chat/completions", ["method"] = "POST",
        ["headers"] = "content-type: application/json", ["text"] = "write to ada@example.org " + Secret, ["model"] = "gpt-4o", ["reason"] = "enough",
        ["data"] = "data: {\"choices\":[]}\n\n", ["ironcage_budget_open options"] = """{"name":"b","limit_usd":"1"}""", ["ironcage_protection_new options"] = """{"agent_id":"a"}""",
        ["ironcage_safety_scanner_new options"] = """{"kinds":["personal"]}""", ["external"] = "", ["ironcage_safety_scanner_scan_json body"] = """{"a":"zq-secret-4711"}""",
        ["ironcage_safety_scanner_redact_json body"] = """{"a":"zq-secret-4711"}""",
        ["ironcage_store_check options"] = State, ["ironcage_store_control options"] = State, ["change"] = "{}", ["ironcage_store_audit_verify options"] = State, ["ironcage_store_audit_export options"] = State, ["ironcage_store_audit_prune options"] = State[..^1] + ",\"older_than_days\":1}",
        ["piece"] = "write to ada@example.org " + Secret,
        ["ironcage_call_begin body"] = """{"model":"gpt-4o","max_tokens":10,"messages":[{"role":"user","content":"zq-secret-4711"}]}""",
        ["ironcage_call_retry body"] = """{"model":"gpt-4o","max_tokens":10,"messages":[{"role":"user","content":"zq-secret-4711"}]}""",
        ["ironcage_cost_answer body"] = """{"model":"gpt-4o","zq-secret-4711":1,"usage":{"prompt_tokens":1,"completion_tokens":1}}""",
        ["ironcage_call_response body"] = """{"choices":[{"message":{"content":"zq-secret-4711"}}],"usage":{"prompt_tokens":1,"completion_tokens":1}}""",
    };

    /// <summary>Where a null handle stands for nothing.</summary>
    private static readonly string[] Optional =
    [
        "ironcage_protection_new budget", "ironcage_run_open parent", "ironcage_call_begin run", "ironcage_run_close run",
        "ironcage_engine_free engine", "ironcage_budget_free budget", "ironcage_protection_free protection", "ironcage_run_free run", "ironcage_call_end call", "ironcage_call_end_facts call",
        "ironcage_safety_scanner_free scanner", "ironcage_safety_stream_free stream", "ironcage_hold_new run", "ironcage_hold_free hold",
    ];

    private readonly Dictionary<string, ulong> _open = [];
    private readonly Dictionary<string, ulong> _freed = [];
    private readonly List<nint> _memory = [];

    private static IEnumerable<NativeExport> Exports => NativeExport.All.Where(e => e.HasStatus && e.Parameters.All(p => p.ParameterType != typeof(void*)));

    private static string MakeStore()
    {
        var state = $"{{\"state\":\"sqlite:///{Directory.CreateTempSubdirectory("ironcage-fuzz-").FullName}/fuzz.db\"}}";
        Host.Engine(out var engine);
        Assert.That(Host.Budget(out _, engine, """{"name":"b","limit_usd":"1",""" + state[1..]), Is.Zero);
        Host.Free(engine);
        return state;
    }

    public FuzzTests()
    {
        foreach (var into in (Dictionary<string, ulong>[])[_freed, _open])
        {
            Host.Engine(out var engine);
            Host.Budget(out var budget, engine, """{"name":"b","limit_usd":"1"}""");
            Host.Protection(out var protection, engine, 0, """{"agent_id":"a"}""");
            Host.Run(out var run, protection);
            Host.Begin(out var call, run, engine, Data["ironcage_call_begin body"]);
            Host.Scanner(out var scanner, engine, """{"kinds":["personal"]}""");
            Host.Stream(out var stream, scanner);
            Host.Hold(out var hold, budget, 1000);
            (into["scanner"], into["stream"], into["hold"]) = (scanner, stream, hold.Call);
            (into["engine"], into["budget"], into["protection"], into["run"], into["call"]) = (engine, budget, protection, run, call.Call);
            if (into == _freed)
                Free(into);
        }
    }

    public void Dispose()
    {
        Free(_open);
        _memory.ForEach(m => NativeMemory.Free((void*)m));
    }

    private static void Free(Dictionary<string, ulong> handles)
    {
        Host.End(handles["call"], 0);
        Host.FreeRun(handles["run"]);
        HandleTable.Instance.Remove(HandleKind.Hold, handles["hold"]);
        HandleTable.Instance.Remove(HandleKind.Stream, handles["stream"]);
        HandleTable.Instance.Remove(HandleKind.Scanner, handles["scanner"]);
        HandleTable.Instance.Remove(HandleKind.Protection, handles["protection"]);
        HandleTable.Instance.Remove(HandleKind.Budget, handles["budget"]);
        Host.Free(handles["engine"]);
    }

    [TestCaseSource(nameof(Exports))]
    public void A_bad_argument_is_refused_as_what_it_is_and_changes_nothing(object export_)
    {
        var export = (NativeExport)export_;
        if (export.Name is "ironcage_stream_feed" or "ironcage_stream_finish")
            Assert.That(NativeExport.All.Single(e => e.Name == "ironcage_stream_open").Call([(nint)_open["call"], 200, 0, 0]), Is.Zero);
        var tried = 0;
        for (var at = 0; at < export.Parameters.Length; at++)
        {
            foreach (var (change, status) in Bad(export, at))
            {
                var arguments = Good(export);
                change(arguments);
                var result = export.Call(arguments);
                Assert.That(result, Is.EqualTo(status), $"argument {export.Parameters[at].Name}, try {tried}: {Host.Error}");
                Assert.That(Host.Error, status == Status.Ok ? Is.Empty : Is.Not.Empty.And.Not.Contains(Secret));
                if (status != Status.Ok)
                    AreZeroed(export, arguments);
                tried++;
            }
        }
        Assert.That(tried, Is.GreaterThan(1));
        Assert.That(export.Call(Good(export)), Is.EqualTo(Status.Ok), $"with good arguments: {Host.Error}");
    }

    [Test]
    public void An_address_that_is_no_state_of_a_parent_is_refused()
    {
        foreach (var export in NativeExport.All.Where(e => e.HasStatus && e.Parameters.Any(p => p.ParameterType == typeof(void*))))
            Assert.That(export.Call(new nint[export.Parameters.Length]), Is.EqualTo(Status.Argument), export.Name);
    }

    [Test]
    public void Exports_without_a_status_are_known()
    {
        string[] known = ["ironcage_abi_fingerprint", "ironcage_abi_version", "ironcage_buffer_free", "ironcage_fork_state", "ironcage_last_error", "ironcage_version"];
        Assert.That(NativeExport.All.Where(e => !e.HasStatus).Select(e => e.Name), Is.EqualTo(known));
        foreach (var export in NativeExport.All.Where(e => !e.HasStatus))
            export.Call(new nint[export.Parameters.Length]);
    }

    /// <summary>Bad values for one parameter, and the status of each; what is odd but allowed has OK.</summary>
    private IEnumerable<(Action<nint[]> Change, long Status)> Bad(NativeExport export, int at)
    {
        var parameter = export.Parameters[at];
        var (type, name) = (parameter.ParameterType, parameter.Name!);
        (Action<nint[]>, long) Set(nint value, long status) => (a => a[at] = value, status);
        if (type == typeof(byte*))
        {
            (Action<nint[]>, long) Pair(bool isNull, nuint length) => (a => (a[at], a[at + 1]) = (isNull ? 0 : a[at], (nint)length), Status.Argument);
            return [Pair(true, 1), Pair(true, int.MaxValue), Pair(true, nuint.MaxValue), .. Refused.Select(length => Pair(false, length))];
        }
        if (type == typeof(NativeVerdict*))
        {
            return [Set(0, Status.Argument), .. new uint[] { 0, 1, (uint)sizeof(NativeVerdict) - 8, (uint)sizeof(NativeVerdict) + 8, uint.MaxValue }
                .Select(size => ((Action<nint[]>)(a => ((NativeVerdict*)a[at])->Size = size), (long)Status.Argument))];
        }
        if (type.IsPointer)
            return [Set(0, Status.Argument)];
        if (type == typeof(ulong))
        {
            var kind = name == "parent" ? "run" : name;
            var (good, optional, frees) = (_open[kind], Optional.Contains($"{export.Name} {name}"), export.Name.EndsWith("_free", StringComparison.Ordinal) || export.Name is "ironcage_call_end" or "ironcage_call_end_facts");
            var flipped = Enumerable.Range(0, 64).Select(bit => good ^ 1UL << bit).Where(h => !_open.ContainsValue(h));
            return [
                Set(0, optional ? Status.Ok : Status.Handle),
                Set((nint)_freed[kind], frees ? Status.Ok : Status.Handle),
                Set(-1, Status.Handle),
                .. _open.Where(o => o.Key != kind).Select(o => Set((nint)o.Value, Status.Handle)),
                .. flipped.Select(h => Set((nint)h, frees && h >> 56 == good >> 56 ? Status.Ok : Status.Handle)),
            ];
        }
        return name switch
        {
            _ when type == typeof(nuint) && name == "capacity" => [Set(0, Status.Argument), Set((1 << 20) + 1, Status.Argument), .. Refused.Select(l => Set((nint)l, Status.Argument))],
            _ when type == typeof(nuint) && at > 0 && export.Parameters[at - 1].ParameterType == typeof(byte*) => [], // with its pointer
            "flags" => new[] { 32u, 33u, 0x8000_0000u, uint.MaxValue }.Select(f => Set((nint)f, Status.Argument)),
            "how" => new[] { -1, 7, int.MinValue, int.MaxValue }.Select(h => Set(h, Status.Argument)),
            "timeoutMs" => new[] { export.Name.EndsWith("_flush", StringComparison.Ordinal) ? -1 : -2, int.MinValue }.Select(t => Set(t, Status.Argument)),
            "max" => [Set(1, Status.Ok), Set(unchecked((nint)uint.MaxValue), Status.Ok)],
            "amount" => new[] { 0, -1, long.MinValue, 9_000_000_000_000_000_001, long.MaxValue }.Select(a => Set((nint)a, Status.Config)),
            "actual" => new[] { -1, long.MinValue, 9_000_000_000_000_000_001, long.MaxValue }.Select(a => Set((nint)a, Status.Config)),
            "waitMs" => new[] { -1, 3_600_001, int.MinValue, int.MaxValue }.Select(t => Set(t, Status.Config)),
            "status" or "complete" or "final" or "take" => [], // any number is an answer's
            _ => throw new AssertionException($"{export.Name}: the fuzz does not know what to put into '{type} {name}'"),
        };
    }

    private nint[] Good(NativeExport export)
    {
        var arguments = new nint[export.Parameters.Length];
        for (var i = 0; i < arguments.Length; i++)
        {
            var (type, name) = (export.Parameters[i].ParameterType, export.Parameters[i].Name!);
            if (type == typeof(byte*))
            {
                var text = Encoding.UTF8.GetBytes(Data.GetValueOrDefault($"{export.Name} {name}") ?? Data.GetValueOrDefault(name) ?? "");
                arguments[i] = Memory(text);
                arguments[++i] = text.Length;
            }
            else if (type.IsPointer)
            {
                var poison = new ulong[16];
                Array.Fill(poison, Poison);
                arguments[i] = Memory(MemoryMarshal.AsBytes(poison.AsSpan()));
                if (type == typeof(NativeVerdict*))
                    ((NativeVerdict*)arguments[i])->Size = (uint)sizeof(NativeVerdict);
            }
            else
            {
                arguments[i] = type == typeof(ulong) ? (nint)(name == "parent" || name == "budget" && export.Name == "ironcage_protection_new" ? 0 : _open[name])
                    : name is "status" ? 200 : name is "complete" or "capacity" or "amount" ? 1 : 0;
            }
        }
        return arguments;
    }

    private nint Memory(ReadOnlySpan<byte> content)
    {
        var memory = (byte*)NativeMemory.Alloc((nuint)content.Length + 1);
        content.CopyTo(new Span<byte>(memory, content.Length));
        _memory.Add((nint)memory);
        return (nint)memory;
    }

    /// <summary>After an error out-parameters are zeroed, a descriptor is −1, and nothing beside them is written to.</summary>
    private static void AreZeroed(NativeExport export, nint[] arguments)
    {
        for (var i = 0; i < arguments.Length; i++)
        {
            var type = export.Parameters[i].ParameterType;
            if (!type.IsPointer || type == typeof(byte*) || arguments[i] == 0 || export.Parameters[i].Name == "calls")
                continue;
            if (type == typeof(NativeVerdict*) && ((NativeVerdict*)arguments[i])->Size != sizeof(NativeVerdict))
                continue; // its size is not known
            var size = Marshal.SizeOf(type.GetElementType()!);
            var bytes = new ReadOnlySpan<byte>((void*)arguments[i], 128);
            var written = type == typeof(NativeVerdict*) ? bytes[4..size] : bytes[..size];
            Assert.That(written.ToArray(), Is.All.EqualTo(export.Name.EndsWith("_event_fd", StringComparison.Ordinal) ? (byte)0xFF : (byte)0), export.Parameters[i].Name);
            Assert.That(bytes[size..].ToArray(), Is.All.EqualTo((byte)0xA5), "beside " + export.Parameters[i].Name);
        }
    }
}
