using System.Runtime.InteropServices;
using System.Text;
using IronCage.Abi.Boundary;
using IronCage.Abi.Exports;

namespace IronCage.Abi.Tests.Support;

/// <summary>Calls exports as a host does: through function pointers.</summary>
internal static unsafe class Host
{
    private static readonly delegate* unmanaged<byte*> LastErrorOf = &LibraryExports.LastErrorText;
    private static readonly delegate* unmanaged<ulong*, byte*, nuint, int> NewEngine = &EngineExports.New;
    private static readonly delegate* unmanaged<ulong, int> FreeEngine = &EngineExports.Free;
    private static readonly delegate* unmanaged<ulong, byte*, nuint, int> AddHostsTo = &EngineExports.AddHosts;
    private static readonly delegate* unmanaged<ulong*, ulong, byte*, nuint, int> OpenBudget = &ProtectionExports.BudgetOpen;
    private static readonly delegate* unmanaged<ulong*, ulong, ulong, byte*, nuint, int> NewProtection = &ProtectionExports.New;
    private static readonly delegate* unmanaged<ulong*, ulong, ulong, int> OpenRun = &ProtectionExports.RunOpen;
    private static readonly delegate* unmanaged<NativeVerdict*, ulong, ulong, uint, byte*, nuint, byte*, nuint, byte*, nuint, byte*, nuint, int> BeginCall = &CallExports.Begin;
    private static readonly delegate* unmanaged<NativeVerdict*, ulong, int, int> WaitCall = &CallExports.Wait;
    private static readonly delegate* unmanaged<ulong, int, int> EndCall = &CallExports.End;
    private static readonly delegate* unmanaged<NativeVerdict*, ulong, ulong, uint, long, int, byte*, nuint, int> NewHold = &HoldExports.New;
    private static readonly delegate* unmanaged<NativeVerdict*, ulong, int, int> WaitHold = &HoldExports.Wait;
    private static readonly delegate* unmanaged<ulong, long, int> SettleHold = &HoldExports.Settle;
    private static readonly delegate* unmanaged<ulong, int> ReleaseHold = &HoldExports.Release;
    private static readonly delegate* unmanaged<NativeBuffer*, ulong, int> ReportBudget = &ProtectionExports.BudgetReport;
    private static readonly delegate* unmanaged<ulong, int> FreeBudgetHandle = &ProtectionExports.BudgetFree;
    private static readonly delegate* unmanaged<ulong, byte*, nuint, int> StopProtection = &ProtectionExports.Stop;
    private static readonly delegate* unmanaged<NativeBuffer*, ulong, byte*, nuint, int> SpendOf = &RoomExports.Spend;
    private static readonly delegate* unmanaged<ulong, int> FreeHoldHandle = &HoldExports.Free;
    private static readonly delegate* unmanaged<NativeVerdict*, ulong, int, byte, byte*, nuint, byte*, nuint, int> Response = &CallExports.Response;
    private static readonly delegate* unmanaged<NativeVerdict*, ulong, byte*, nuint, int> FeedStream = &CallExports.StreamFeed;
    private static readonly delegate* unmanaged<ulong*, nuint, nuint*, ulong, int> CollectCalls = &EngineExports.Collect;
    private static readonly delegate* unmanaged<int*, ulong, int> EventFdOf = &EngineExports.EventFd;
    private static readonly delegate* unmanaged<NativeBuffer*, ulong, int> CloseRun = &ProtectionExports.RunClose;
    private static readonly delegate* unmanaged<ulong, int> FreeRunHandle = &ProtectionExports.RunFree;
    private static readonly delegate* unmanaged<NativeBuffer*, void> FreeBuffer = &LibraryExports.BufferFree;
    private static readonly delegate* unmanaged<NativeBuffer*, ulong, byte*, nuint, int> RedactText = &RoomExports.Redact;

    private static readonly delegate* unmanaged<ulong*, ulong, byte*, nuint, int> NewScanner = &ScannerExports.New;
    private static readonly delegate* unmanaged<ulong*, ulong, int> NewStream = &ScannerExports.StreamNew;
    private static readonly delegate* unmanaged<NativeBuffer*, ulong, byte*, nuint, byte, int> PushStream = &ScannerExports.StreamPush;
    private static readonly delegate* unmanaged<NativeBuffer*, ulong, byte*, nuint, byte*, nuint, int> ScanText = &ScannerExports.Scan;
    private static readonly delegate* unmanaged<NativeBuffer*, ulong, byte*, nuint, int> ScanJsonBody = &ScannerExports.ScanJson;
    private static readonly delegate* unmanaged<NativeBuffer*, ulong, byte*, nuint, int> RedactJsonBody = &ScannerExports.RedactJson;
    private static readonly delegate* unmanaged<NativeBuffer*, ulong, byte*, nuint, int> FindInText = &ScannerExports.Find;
    private static readonly delegate* unmanaged<NativeBuffer*, ulong, int> KindsOf = &ScannerExports.Kinds;

    public static string Error => Marshal.PtrToStringUTF8((nint)LastErrorOf())!;

    public static int Engine(out ulong engine, string config = "{\"llm_hosts\":\"127.0.0.1:9=openai\"}")
    {
        fixed (ulong* result = &engine)
        fixed (byte* text = Encoding.UTF8.GetBytes(config))
            return NewEngine(result, text, (nuint)Encoding.UTF8.GetByteCount(config));
    }

    public static int Free(ulong engine) => FreeEngine(engine);

    public static int AddHosts(ulong engine, byte[] hosts)
    {
        fixed (byte* text = hosts)
            return AddHostsTo(engine, text, (nuint)hosts.Length);
    }

    public static int Budget(out ulong budget, ulong engine, string options)
    {
        var bytes = Encoding.UTF8.GetBytes(options);
        fixed (ulong* result = &budget)
        fixed (byte* text = bytes)
            return OpenBudget(result, engine, text, (nuint)bytes.Length);
    }

    public static int Protection(out ulong protection, ulong engine, ulong budget, string options)
    {
        var bytes = Encoding.UTF8.GetBytes(options);
        fixed (ulong* result = &protection)
        fixed (byte* text = bytes)
            return NewProtection(result, engine, budget, text, (nuint)bytes.Length);
    }

    public static int Scanner(out ulong scanner, ulong engine, string options)
    {
        var bytes = Encoding.UTF8.GetBytes(options);
        fixed (ulong* result = &scanner)
        fixed (byte* text = bytes)
            return NewScanner(result, engine, text, (nuint)bytes.Length);
    }

    public static int Stream(out ulong stream, ulong scanner)
    {
        fixed (ulong* result = &stream)
            return NewStream(result, scanner);
    }

    public static int Push(out string findings, ulong stream, string piece, bool final)
    {
        NativeBuffer buffer;
        var bytes = Encoding.UTF8.GetBytes(piece);
        int status;
        fixed (byte* text = bytes)
            status = PushStream(&buffer, stream, text, (nuint)bytes.Length, (byte)(final ? 1 : 0));
        findings = status == Status.Ok ? Take(ref buffer) : ""; // giving a buffer back clears the error
        return status;
    }

    public static int Scan(out string findings, ulong scanner, string text, string external = "")
    {
        NativeBuffer buffer;
        byte[] bytes = Encoding.UTF8.GetBytes(text), brought = Encoding.UTF8.GetBytes(external);
        int status;
        fixed (byte* data = bytes, more = brought)
            status = ScanText(&buffer, scanner, data, (nuint)bytes.Length, more, (nuint)brought.Length);
        findings = status == Status.Ok ? Take(ref buffer) : ""; // giving a buffer back clears the error
        return status;
    }

    public static int ScanJson(out string findings, ulong scanner, string body) => Call(ScanJsonBody, out findings, scanner, body);

    public static int RedactJson(out string redacted, ulong scanner, string body) => Call(RedactJsonBody, out redacted, scanner, body);

    public static int Find(out NativeFinding[] findings, ulong scanner, string text)
    {
        NativeBuffer buffer;
        var bytes = Encoding.UTF8.GetBytes(text);
        int status;
        fixed (byte* data = bytes)
            status = FindInText(&buffer, scanner, data, (nuint)bytes.Length);
        findings = new ReadOnlySpan<NativeFinding>(buffer.Data, (int)buffer.Length / sizeof(NativeFinding)).ToArray();
        if (buffer.Data is not null)
            NativeBuffer.Free(&buffer); // unlike the export, keeps the error
        return status;
    }

    public static int Kinds(out string kinds, ulong scanner)
    {
        NativeBuffer buffer;
        var status = KindsOf(&buffer, scanner);
        kinds = status == Status.Ok ? Take(ref buffer) : "";
        return status;
    }

    private static int Call(delegate* unmanaged<NativeBuffer*, ulong, byte*, nuint, int> export, out string result, ulong scanner, string body)
    {
        NativeBuffer buffer;
        var bytes = Encoding.UTF8.GetBytes(body);
        int status;
        fixed (byte* data = bytes)
            status = export(&buffer, scanner, data, (nuint)bytes.Length);
        result = status == Status.Ok ? Take(ref buffer) : ""; // giving a buffer back clears the error
        return status;
    }


    public static int Run(out ulong run, ulong protection, ulong parent = 0)
    {
        fixed (ulong* result = &run)
            return OpenRun(result, protection, parent);
    }

    public static int Begin(out NativeVerdict verdict, ulong run, ulong engine, string body, uint flags = 0, uint? size = null)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        verdict = new NativeVerdict { Size = size ?? (uint)sizeof(NativeVerdict), Kind = 99, Call = 99 };
        fixed (NativeVerdict* result = &verdict)
        fixed (byte* method = "POST"u8, url = "http://127.0.0.1:9/v1/chat/completions"u8, text = bytes)
            return BeginCall(result, run, engine, flags, method, 4, url, 38, null, 0, text, (nuint)bytes.Length);
    }

    public static int Hold(out NativeVerdict verdict, ulong budget, long pico, ulong run = 0, uint flags = 0, int waitMs = 0, string attribution = "")
    {
        var bytes = Encoding.UTF8.GetBytes(attribution);
        verdict = new NativeVerdict { Size = (uint)sizeof(NativeVerdict) };
        fixed (NativeVerdict* result = &verdict)
        fixed (byte* text = bytes)
            return NewHold(result, budget, run, flags, pico, waitMs, text, (nuint)bytes.Length);
    }

    public static int WaitForHold(out NativeVerdict verdict, ulong hold, int timeout)
    {
        verdict = new NativeVerdict { Size = (uint)sizeof(NativeVerdict) };
        fixed (NativeVerdict* result = &verdict)
            return WaitHold(result, hold, timeout);
    }

    public static int Settle(ulong hold, long pico) => SettleHold(hold, pico);

    public static int Release(ulong hold) => ReleaseHold(hold);

    public static int FreeHold(ulong hold) => FreeHoldHandle(hold);

    public static int FreeBudget(ulong budget) => FreeBudgetHandle(budget);

    public static int Stop(ulong protection, string reason)
    {
        var bytes = Encoding.UTF8.GetBytes(reason);
        fixed (byte* text = bytes)
            return StopProtection(protection, text, (nuint)bytes.Length);
    }

    public static int BudgetReport(out string report, ulong budget)
    {
        NativeBuffer buffer;
        var status = ReportBudget(&buffer, budget);
        report = status == Status.Ok ? Take(ref buffer) : "";
        return status;
    }

    public static int Spend(out string spend, ulong engine, string options = "") => Call(SpendOf, out spend, engine, options);

    public static int Wait(out NativeVerdict verdict, ulong call, int timeout)
    {
        verdict = new NativeVerdict { Size = (uint)sizeof(NativeVerdict) };
        fixed (NativeVerdict* result = &verdict)
            return WaitCall(result, call, timeout);
    }

    public static int Respond(out NativeVerdict verdict, ulong call, string body)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        verdict = new NativeVerdict { Size = (uint)sizeof(NativeVerdict) };
        fixed (NativeVerdict* result = &verdict)
        fixed (byte* text = bytes)
            return Response(result, call, 200, 1, null, 0, text, (nuint)bytes.Length);
    }

    public static int Feed(out NativeVerdict verdict, ulong call)
    {
        verdict = new NativeVerdict { Size = (uint)sizeof(NativeVerdict) };
        fixed (NativeVerdict* result = &verdict)
            return FeedStream(result, call, null, 0);
    }

    public static int End(ulong call, int how) => EndCall(call, how);

    public static int EventFd(out int descriptor, ulong engine)
    {
        fixed (int* result = &descriptor)
            return EventFdOf(result, engine);
    }

    public static int Collect(out ulong[] calls, ulong engine)
    {
        var into = new ulong[16];
        nuint count;
        int status;
        fixed (ulong* first = into)
            status = CollectCalls(first, 16, &count, engine);
        calls = into[..(int)count];
        return status;
    }

    public static int FreeRun(ulong run) => FreeRunHandle(run);

    /// <summary>Closes a run; the refusal it remembers.</summary>
    public static int Close(out string refusal, ulong run)
    {
        NativeBuffer buffer;
        var status = CloseRun(&buffer, run);
        refusal = Take(ref buffer);
        return status;
    }

    public static int Redact(out string text, ulong engine, byte* data, nuint length)
    {
        NativeBuffer buffer;
        var status = RedactText(&buffer, engine, data, length);
        text = Take(ref buffer);
        return status;
    }

    public static string Take(ref NativeBuffer buffer)
    {
        var text = Encoding.UTF8.GetString(new ReadOnlySpan<byte>(buffer.Data, (int)buffer.Length));
        fixed (NativeBuffer* pointer = &buffer)
        {
            FreeBuffer(pointer);
            FreeBuffer(pointer);
        }
        Assert.That(buffer.Data is null, Is.True);
        return text;
    }

    public static int RunWithNullOut(ulong protection) => OpenRun(null, protection, 0);
}
