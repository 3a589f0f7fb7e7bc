using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.S3;

namespace Thermocline.Store.Cold.S3;

/// <summary>
/// The SDK's client, with keys that are awaited. Its signer asks for them in the middle of an asynchronous request without awaiting, so
/// each request is given its keys before it comes there.
/// </summary>
internal sealed class S3Client(S3Signer signer, AmazonS3Config settings) : AmazonS3Client(signer, settings)
{
    // Before the base's constructor, which builds the pipeline.
    private readonly S3Signer _signer = signer;

    protected override void CustomizeRuntimePipeline(RuntimePipeline pipeline)
    {
        base.CustomizeRuntimePipeline(pipeline);
        // After what chooses the keys, and before everything that uses them.
        pipeline.AddHandlerBefore<RetryHandler>(new Awaiting(_signer));
    }

    private sealed class Awaiting(S3Signer signer) : PipelineHandler
    {
        public override void InvokeSync(IExecutionContext executionContext) =>
            throw new NotSupportedException("Keys are fetched without blocking a thread.");

        public override async Task<T> InvokeAsync<T>(IExecutionContext executionContext)
        {
            executionContext.RequestContext.Identity = await signer.KeysAsync().WaitAsync(executionContext.RequestContext.CancellationToken);
            return await base.InvokeAsync<T>(executionContext);
        }
    }
}
