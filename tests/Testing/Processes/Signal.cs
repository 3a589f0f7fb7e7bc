using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Thermocline.Testing.Processes;

/// <summary>Signals to a process that a test started, by its id.</summary>
internal static partial class Signal
{
    private const int Kill = 9;
    private const int Terminate = 15;
    private const int NoSuchProcess = 3;

    public static void SendKill(int processId) => Send(processId, Kill);

    public static void SendTerminate(int processId) => Send(processId, Terminate);

    private static void Send(int processId, int signal)
    {
        // A process that has ended already is what the caller wanted.
        if (KillProcess(processId, signal) != 0 && Marshal.GetLastPInvokeError() is var error and not NoSuchProcess)
        {
            throw new Win32Exception(error);
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int KillProcess(int processId, int signal);
}
