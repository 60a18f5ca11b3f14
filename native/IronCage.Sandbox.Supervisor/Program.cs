using IronCage.Sandbox.Supervising;

// The supervisor of sandboxes: libironcage_sandbox starts it. By hand it does nothing.
return SupervisorEntry.Run(args);
