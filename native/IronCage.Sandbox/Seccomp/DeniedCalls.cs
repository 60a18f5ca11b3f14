using System.Collections.Immutable;
using IronCage.Sandbox.Kernel;

namespace IronCage.Sandbox.Seccomp;

/// <summary>System calls that no sandbox may make, whatever their arguments, by what they would open.</summary>
internal static class DeniedCalls
{
    private static readonly (string Reason, ushort Error, string Calls)[] Table =
    [
        ("files and sockets would be opened past the filter", Errors.NotPermitted, "io_uring_setup io_uring_enter io_uring_register"),
        ("other processes' memory, registers and descriptors", Errors.NotPermitted,
            "ptrace process_vm_readv process_vm_writev process_madvise process_mrelease pidfd_getfd kcmp"),
        ("a namespace of its own, or another's", Errors.NotPermitted, "unshare setns"),
        // The flags lie in memory, where no filter sees them; libc goes on with clone, whose flags lie in a register.
        ("flags that a filter cannot see", Errors.NotImplemented, "clone3"),
        ("a file without a path would be executed", Errors.NotPermitted, "execveat memfd_secret"),
        ("mounts, roots and file systems", Errors.NotPermitted,
            "mount umount2 pivot_root chroot move_mount open_tree open_tree_attr fsopen fsconfig fsmount fspick mount_setattr statmount listmount swapon swapoff "
            + "quotactl quotactl_fd acct nfsservctl sysfs ustat"),
        ("files would be opened by handle, past every path", Errors.NotPermitted, "open_by_handle_at"),
        ("kernel modules, another kernel, the machine's state", Errors.NotPermitted,
            "init_module finit_module delete_module create_module query_module get_kernel_syms kexec_load kexec_file_load reboot syslog settimeofday clock_settime "
            + "sethostname setdomainname vhangup iopl ioperm modify_ldt uselib _sysctl lookup_dcookie vserver lsm_set_self_attr"),
        ("programmes inside the kernel, and what the machine does", Errors.NotPermitted, "bpf perf_event_open userfaultfd"),
        ("keys of the session", Errors.NotPermitted, "keyctl add_key request_key"),
        ("shared memory, semaphores and queues of other processes", Errors.NotPermitted,
            "shmget shmat shmctl shmdt semget semop semctl semtimedop msgget msgsnd msgrcv msgctl mq_open mq_unlink mq_timedsend mq_timedreceive mq_notify mq_getsetattr"),
        // Landlock has no right for watching: names of files in folders that cannot be listed would be told as they change.
        ("what happens in folders that may not be read", Errors.NotPermitted, "inotify_add_watch fanotify_init fanotify_mark"),
    ];

    public static IEnumerable<FilterRule> Rules() =>
        from row in Table
        from call in row.Calls.Split(' ')
        select new FilterRule(call, [], FilterAction.Error(row.Error), row.Reason, null);
}
