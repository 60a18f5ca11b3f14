using System.Runtime.CompilerServices;
using IronCage.Sandbox.Kernel;
using IronCage.Sandbox.Policy;
using IronCage.Sandbox.Proxying;
using IronCage.Sandbox.Spawning;

namespace IronCage.Sandbox.Supervising;

/// <summary>Starts trees, each from a thread of its own that restricts itself, starts the program and ends: the program inherits the restriction, the supervisor does not.</summary>
/// <param name="kernel">What the kernel can enforce.</param>
/// <param name="time">The clock.</param>
/// <param name="supervisor">Who watches them.</param>
/// <param name="reports">A pipe to it: the number of each tree whose start was tried, 0 where there came none of a request.</param>
internal sealed unsafe class TreeStarter(KernelSupport kernel, TimeProvider time, Supervisor supervisor, int reports)
{
    private const int StackSize = 1 << 20;
    private const int FirstFreeDescriptor = 64;
    private const int DuplicateCloseOnExec = 1030;

    private static readonly SystemNameResolver s_resolver = new();

    private readonly PlanBook _plans = new(kernel);
    private long _last;
    private int _pending;

    /// <summary>Requests that have not become a tree yet, and work in the background.</summary>
    public int Pending => Volatile.Read(ref _pending);

    /// <summary>Takes a request: a channel, and what the program has as 0, 1, 2 and so on. Owns the descriptors.</summary>
    public void Begin(int[] descriptors)
    {
        Interlocked.Increment(ref _pending);
        new Thread(() => Serve(descriptors), StackSize) { IsBackground = true, Name = "start" }.Start();
    }

    /// <summary>Does something that takes long where nobody waits for it.</summary>
    public void InBackground(Action work)
    {
        Interlocked.Increment(ref _pending);
        new Thread(() =>
        {
            try
            {
                work();
            }
            finally
            {
                Report(0);
            }
        }, StackSize) { IsBackground = true, Name = "remove" }.Start();
    }

    private void Serve(int[] descriptors)
    {
        var channel = descriptors[0];
        string? folder = null;
        var isEntered = false;
        try
        {
            if (LaunchRequest.Read(channel) is not { } request)
                return;
            folder = request.FolderPath;
            var plan = _plans.Find(request.Policy);
            Start(descriptors, request, request.Unconfined ? plan.Watching() : plan, folder, ref isEntered);
        }
        catch (Exception e)
        {
            // Once it is a tree the supervisor tells its end.
            if (!isEntered)
                SocketMessages.WriteFrame(channel, (byte)FrameKind.Failed, Failure(e));
        }
        finally
        {
            if (!isEntered)
            {
                if (folder is not null)
                    PrivateFolder.Remove(folder);
                _ = Libc.Close(channel);
            }
            foreach (var descriptor in descriptors.AsSpan(1))
                _ = Libc.Close(descriptor);
            if (!isEntered)
                Report(0);
        }
    }

    private void Start(int[] descriptors, LaunchRequest request, LaunchPlan plan, string folder, ref bool isEntered)
    {
        var compiled = plan.Compiled.WithPrivateFolder(folder);
        var ruleset = -1;
        if (compiled.Landlock is { } domain && !request.Unconfined)
        {
            try
            {
                ruleset = Ruleset.Make(domain);
            }
            catch (PolicyException)
            {
                // What it was compiled for has changed: once more, for what is there now.
                plan = _plans.Renew(request.Policy);
                compiled = plan.Compiled.WithPrivateFolder(folder);
                ruleset = Ruleset.Make(compiled.Landlock!);
            }
        }
        for (var i = 4; i < descriptors.Length; i++)
        {
            // Beyond the numbers that they get in the child.
            var moved = Libc.Fcntl(descriptors[i], DuplicateCloseOnExec, FirstFreeDescriptor);
            _ = Libc.Close(descriptors[i]);
            descriptors[i] = moved;
        }
        var directory = request.Directory.Length > 0 ? request.Directory : NativeText.Of(compiled.WorkingDirectory ?? folder);
        using var start = new ProcessStart(request.Program, request.Arguments, [.. request.Environment, .. NativeText.Block(Added(compiled, plan))], directory, descriptors.AsSpan(1));
        var tree = new Tree(Interlocked.Increment(ref _last), descriptors[0], plan, request, folder)
        {
            StartedAt = time.GetTimestamp(),
            ChangeRoots = compiled.ChangeRoots,
            Proxy = compiled.Policy.Domains.IsNone || request.Unconfined ? null : new DomainProxy(compiled.Policy.Domains, s_resolver),
        };
        if (request.TimeoutMilliseconds > 0)
            tree.Deadline = tree.StartedAt + (long)(request.TimeoutMilliseconds / 1000.0 * time.TimestampFrequency);
        var flags = compiled.Landlock is { } handled ? (uint)handled.RestrictFlags : 0;
        supervisor.Enter(tree);
        isEntered = true;
        Interlocked.Decrement(ref _pending);
        Run(tree, start, ruleset, flags);
        if (ruleset >= 0)
            _ = Libc.Close(ruleset);
        Report(tree.Id);
    }

    /// <summary>The part that is restricted. Nothing here allocates (<see cref="ThreadRestriction"/>).</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Run(Tree tree, ProcessStart start, int ruleset, uint flags)
    {
        var plan = tree.Plan;
        var (listener, failed, errno) = ThreadRestriction.Apply(ruleset, flags, plan.Programme, plan.Length, listen: true, waitKillable: _waitKillable);
        if (failed == ThreadRestriction.Step.Filter && errno == Errors.Invalid && _waitKillable)
        {
            // Linux before 5.19.
            _waitKillable = false;
            (listener, failed, errno) = ThreadRestriction.Apply(-1, 0, plan.Programme, plan.Length, listen: true, waitKillable: false);
        }
        if (failed != ThreadRestriction.Step.None)
        {
            tree.StartStep = StepName(failed);
            tree.StartErrno = errno;
            tree.Start = Tree.StartState.Failed;
            return;
        }
        errno = supervisor.Listen(tree, listener);
        if (errno == 0)
            errno = start.Run(out _);
        tree.StartStep = "execve";
        tree.StartErrno = errno;
        tree.Start = errno == 0 ? Tree.StartState.Running : Tree.StartState.Failed;
    }

    private volatile bool _waitKillable = true;

    /// <summary>HOME and TMPDIR where the request does not say otherwise: the rest of the environment came with it.</summary>
    private static IEnumerable<string> Added(CompiledPolicy compiled, LaunchPlan plan) => compiled.Environment.Except(plan.Compiled.Environment);

    private static string StepName(ThreadRestriction.Step step) => step switch
    {
        ThreadRestriction.Step.Capabilities => "capset",
        ThreadRestriction.Step.NoNewPrivileges => "no_new_privs",
        ThreadRestriction.Step.Landlock => "landlock_restrict_self",
        _ => "seccomp",
    };

    private static byte[] Failure(Exception e) => e switch
    {
        KernelException kernel => OutcomeJson.Failed(kernel.Step, kernel.Number, Errors.Text(kernel.Number)),
        PolicyException policy => OutcomeJson.Failed("policy", 0, policy.Message),
        // Messages of foreign exceptions may quote their input; the type tells enough.
        _ => OutcomeJson.Failed("supervisor", 0, "internal fault: " + e.GetType().Name),
    };

    private void Report(long id)
    {
        if (id == 0)
            Interlocked.Decrement(ref _pending);
        _ = Libc.Write(reports, &id, sizeof(long));
    }
}
