using System.Globalization;

namespace IronCage.Sandbox.Tests.Seccomp;

/// <summary>
/// What should become of calls, written by hand from the list of holes in a full Landlock domain, not from the rules. Columns are policies; a cell is allow, notify, EPERM,
/// EACCES or ENOSYS.
/// </summary>
internal static class VerdictTable
{
    public static readonly (string Name, string Json)[] Policies =
    [
        ("off", "{}"),
        ("ports", """{"allow_network": [443]}"""),
        ("bind", """{"allow_network": {"bind": [8000]}}"""),
        ("udp", """{"allow_network": {"udp": true}}"""),
        ("any", """{"allow_network": {"connect": true, "bind": true, "udp": true}}"""),
        ("dns", """{"allow_network": {"dns": true}}"""),
    ];

    /// <summary>Denied whatever their arguments.</summary>
    public const string Denied = """
        io_uring_setup io_uring_enter io_uring_register
        ptrace process_vm_readv process_vm_writev process_madvise process_mrelease pidfd_getfd kcmp
        unshare setns execveat memfd_secret open_by_handle_at
        mount umount2 pivot_root chroot move_mount open_tree open_tree_attr fsopen fsconfig fsmount fspick mount_setattr statmount listmount swapon swapoff
        quotactl quotactl_fd acct nfsservctl sysfs ustat
        init_module finit_module delete_module create_module query_module get_kernel_syms kexec_load kexec_file_load reboot syslog settimeofday clock_settime
        sethostname setdomainname vhangup iopl ioperm modify_ldt uselib _sysctl lookup_dcookie vserver lsm_set_self_attr
        bpf perf_event_open userfaultfd keyctl add_key request_key
        shmget shmat shmctl shmdt semget semop semctl semtimedop msgget msgsnd msgrcv msgctl mq_open mq_unlink mq_timedsend mq_timedreceive mq_notify mq_getsetattr
        inotify_add_watch fanotify_init fanotify_mark
        """;

    public const string NoSuchCall = "clone3";

    /// <summary>Made by the supervisor, or not at all.</summary>
    public const string FileChanges = """
        chmod fchmod fchmodat fchmodat2 chown fchown lchown fchownat utime utimes futimesat utimensat
        setxattr lsetxattr fsetxattr setxattrat removexattr lremovexattr fremovexattr removexattrat file_setattr
        """;

    /// <summary>call and arguments | a verdict for all policies, or one for each, in their order.</summary>
    private const string Text = """
        execve 1 2 3                            | notify
        clone 0x11                              | notify
        clone 0x4111                            | notify
        clone 0x3d0f00                          | allow
        clone 0x00020011                        | EPERM
        clone 0x02000011                        | EPERM
        clone 0x04000011                        | EPERM
        clone 0x08000011                        | EPERM
        clone 0x10000011                        | EPERM
        clone 0x20000011                        | EPERM
        clone 0x40000011                        | EPERM
        clone 0x10010f00                        | EPERM
        clone 0x8011                            | EPERM
        clone 0x8000000010000011                | EPERM
        fork                                    | notify
        vfork                                   | notify
        memfd_create 1 0                        | EPERM
        memfd_create 1 1                        | EPERM
        memfd_create 1 0x10                     | EPERM
        memfd_create 1 8                        | allow
        memfd_create 1 9                        | allow
        memfd_create 1 0x800000000              | EPERM
        personality 0                           | allow
        personality 0xffffffff                  | allow
        personality 0x0400000                   | EPERM
        personality 0x0040000                   | EPERM
        personality 8                           | EPERM
        setrlimit 12 1                          | EPERM
        setrlimit 0x10000000c 1                 | EPERM
        setrlimit 7 1                           | allow
        prlimit64 0 7 1 0                       | allow
        prlimit64 0 12 0 1                      | allow
        prlimit64 0 12 1 0                      | EPERM
        prlimit64 0 12 0x100000000 0            | EPERM
        prlimit64 5 12 1 0                      | EPERM
        prlimit64 5 7 1 0                       | notify
        prlimit64 5 7 0 1                       | notify
        prlimit64 0x100000000 7 1 0             | allow
        sched_setparam 0 1                      | allow
        sched_setparam 5 1                      | notify
        sched_setscheduler 0 1                  | allow
        sched_setscheduler 5 1                  | notify
        sched_setaffinity 0 8 1                 | allow
        sched_setaffinity 5 8 1                 | notify
        sched_setattr 0 1                       | allow
        sched_setattr 5 1                       | notify
        migrate_pages 0                         | allow
        migrate_pages 5                         | EPERM
        move_pages 0                            | allow
        move_pages 5                            | EPERM
        get_robust_list 0                       | allow
        get_robust_list 5                       | EPERM
        setpriority 0 0 5                       | allow
        setpriority 1 0 5                       | allow
        setpriority 2 0 5                       | EPERM
        setpriority 0 5 5                       | EPERM
        setpriority 1 5 5                       | EPERM
        ioprio_set 1 0 5                        | allow
        ioprio_set 3 0 5                        | EPERM
        ioprio_set 1 5 5                        | EPERM
        fcntl 3 1 0                             | allow
        fcntl 3 4 0x800                         | allow
        fcntl 3 1030 0                          | allow
        fcntl 3 8 5                             | EPERM
        fcntl 3 15 5                            | EPERM
        fcntl 3 1024 1                          | EPERM
        fcntl 3 1026 1                          | EPERM
        fcntl 3 0x100000008 5                   | EPERM
        ioctl 3 0x5401                          | allow
        ioctl 3 0x5413                          | allow
        ioctl 3 0x541b                          | allow
        ioctl 3 0x5412                          | EPERM
        ioctl 3 0x100005412                     | EPERM
        ioctl 3 0xffffffff00005412              | EPERM
        ioctl 3 0x541c                          | EPERM
        ioctl 3 0x541d                          | EPERM
        ioctl 3 0x5423                          | EPERM
        ioctl 3 0x8901                          | EPERM
        ioctl 3 0x8902                          | EPERM
        ioctl 3 0x40086602                      | EPERM
        ioctl 3 0x80086601                      | allow
        ioctl 3 0x40046602                      | EPERM
        ioctl 3 0x40087602                      | EPERM
        ioctl 3 0x40047602                      | EPERM
        ioctl 3 0x401c5820                      | EPERM
        ioctl 3 0x801c581f                      | allow
        ioctl 3 0x40806685                      | EPERM
        ioctl 3 0x800c6613                      | EPERM
        ioctl 3 0x40049409                      | allow
        ioctl 3 0x4020940d                      | allow
        ioctl 3 0x50009401                      | EPERM
        ioctl 3 0x5000940e                      | EPERM
        ioctl 3 0x5000940f                      | EPERM
        ioctl 3 0x50009417                      | EPERM
        socket 1 1 0                            | EACCES
        socket 1 2 0                            | EACCES
        socket 1 5 0                            | EACCES
        socket 2 1 0                            | EACCES allow allow EACCES allow allow
        socket 2 1 6                            | EACCES allow allow EACCES allow allow
        socket 2 0x80801 6                      | EACCES allow allow EACCES allow allow
        socket 10 1 0                           | EACCES allow allow EACCES allow allow
        socket 10 0x80001 6                     | EACCES allow allow EACCES allow allow
        socket 2 1 262                          | EACCES
        socket 10 1 262                         | EACCES
        socket 2 1 132                          | EACCES
        socket 2 5 132                          | EACCES
        socket 2 1 256                          | EACCES
        socket 43 1 0                           | EACCES
        socket 2 2 0                            | EACCES EACCES EACCES allow allow EACCES
        socket 10 2 17                          | EACCES EACCES EACCES allow allow EACCES
        socket 2 2 136                          | EACCES
        socket 2 2 1                            | EACCES
        socket 2 3 1                            | EACCES
        socket 2 6 0                            | EACCES
        socket 16 3 0                           | EACCES
        socket 17 3 0                           | EACCES
        socket 38 5 0                           | EACCES
        socket 40 1 0                           | EACCES
        socket 44 3 0                           | EACCES
        socket 0x100000002 1 0                  | EACCES allow allow EACCES allow allow
        socket 2 0x100000003 1                  | EACCES
        socketpair 1 1 0 9                      | allow
        socketpair 1 0x80801 0 9                | allow
        socketpair 1 5 0 9                      | allow
        socketpair 1 2 0 9                      | EACCES
        socketpair 30 1 0 9                     | EACCES
        socketpair 2 1 0 9                      | EACCES
        connect 3 9 16                          | EACCES allow allow allow allow allow
        bind 3 9 16                             | EACCES EACCES allow allow allow EACCES
        listen 3 9                              | EACCES EACCES notify EACCES allow EACCES
        accept 3                                | allow
        accept4 3                               | allow
        sendto 3 9 5 0 0 0                      | allow
        sendto 3 9 5 0x4000 0 0                 | allow
        sendto 3 9 5 0 9 16                     | EACCES allow allow allow allow allow
        sendto 3 9 5 0 0x100000000 16           | EACCES allow allow allow allow allow
        sendto 3 9 5 0x20000000 9 16            | EACCES
        sendto 3 9 5 0x20004000 0 0             | EACCES
        sendmsg 3 9 0x4000                      | allow
        sendmsg 3 9 0x20000000                  | EACCES
        sendmmsg 3 9 1 0                        | allow
        sendmmsg 3 9 1 0x20000000               | EACCES
        sendmmsg 3 9 1 0x1020000000             | EACCES
        setsockopt 3 6 1                        | allow
        setsockopt 3 1 31                       | allow
        setsockopt 3 6 31                       | EACCES
        setsockopt 3 0x100000006 31             | EACCES
        """;

    public static readonly VerdictRow[] Rows = [.. Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Row)];

    private static VerdictRow Row(string line)
    {
        var halves = line.Split('|');
        var call = halves[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var verdicts = halves[1].Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (verdicts.Length != 1 && verdicts.Length != Policies.Length)
            throw new FormatException(line);
        var arguments = new ulong[6];
        for (var i = 1; i < call.Length; i++)
            arguments[i - 1] = call[i].StartsWith("0x", StringComparison.Ordinal) ? ulong.Parse(call[i].AsSpan(2), NumberStyles.HexNumber) : ulong.Parse(call[i]);
        return new VerdictRow(call[0], arguments, [.. Policies.Select((policy, i) => (policy.Name, verdicts[verdicts.Length == 1 ? 0 : i]))]);
    }
}
