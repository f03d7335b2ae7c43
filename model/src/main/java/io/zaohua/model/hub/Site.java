package io.zaohua.model.hub;

/** The two hubs a name can point to. */
public enum Site {
  HUGGING_FACE("hf", "Hugging Face", "main", "HF_ENDPOINT"),
  MODELSCOPE("modelscope", "ModelScope", "master", "MODELSCOPE_ENDPOINT");

  final String prefix;
  final String title;
  final String defaultRevision;
  final String endpointVariable;

  Site(String prefix, String title, String defaultRevision, String endpointVariable) {
    this.prefix = prefix;
    this.title = title;
    this.defaultRevision = defaultRevision;
    this.endpointVariable = endpointVariable;
  }
}
